import { defineCommand, type AnyCommand } from '../command.ts';
import { keyOption, projectOptions } from '../common-options.ts';
import type { Finding } from '../doctor/check.ts';
import { checks } from '../doctor/checks.ts';
import { examine, type Result } from '../doctor/examine.ts';
import { createSubject } from '../doctor/subject.ts';
import type { Paint, View } from '../output.ts';
import { toService } from '../values.ts';

/** `intercept doctor`: what could keep an intercept from working, and what to do about it. */
export const doctor: AnyCommand = defineCommand({
  metadata: {
    name: 'doctor',
    about: 'Look for what keeps an intercept from working, and say what to do; changes nothing',
    examples: [['$0 doctor orders', 'with a look at one service; exit code 1 when something failed']],
  },
  positionals: { service: { about: 'the service that you want to intercept', kind: 'optional', parse: toService } },
  options: { ...keyOption, ...projectOptions },
  behaviour: {},
  async handler(args, context) {
    await using subject = createSubject(context, args, args.service);
    const results = await examine(checks, subject);
    context.output.show(toView(results));
    return results.some(({ state }) => state === 'fail') ? 1 : 0;
  },
});

function toView(results: readonly Result[]): View {
  const width = Math.max(...results.map(({ title }) => title.length));
  return {
    data: { ok: results.every(({ state }) => state !== 'fail'), checks: results },
    text: (paint) => results.map((result) => toText(result, width, paint)).join('\n'),
    plain: results.map(({ id, state, says, todo = '' }) => [id, state, says, todo]),
  };
}

const styles = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'dim' } as const satisfies Record<Finding['state'], string>;

function toText({ title, state, says, todo }: Result, width: number, paint: Paint): string {
  const line = `${paint(styles[state], state.padEnd('skipped'.length))}  ${title.padEnd(width)}  ${says}`;
  return todo === undefined ? line : `${line}\n${' '.repeat('skipped'.length + width + 4)}${todo}`;
}
