import type { InterceptInfo } from '@switchyard/contract';
import { formatCoarse } from '../coarse.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import { openManager } from '../open-manager.ts';
import { toTable } from '../output.ts';
import { resolveSettings } from '../settings.ts';

/** `intercept list`: everybody's intercepts. */
export const list: AnyCommand = defineCommand({
  metadata: {
    name: 'list',
    about: "List everybody's intercepts at the manager",
    examples: [['$0 list -o json', 'as data']],
  },
  positionals: {},
  options: projectOptions,
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    await using manager = openManager(context, settings);
    const [intercepts, { owner = settings.owner }] = await Promise.all([manager.listIntercepts(), manager.info()]);
    const now = context.clock.date();
    const rows = intercepts.map((each) => toRow(each, now));
    context.output.show({
      data: { intercepts: intercepts.map((each) => toInterceptData(each, owner)) },
      text: (paint) =>
        rows.length === 0
          ? 'nobody intercepts anything'
          : toTable(['SERVICE', 'PORT', 'KEY', 'OWNER', 'SESSION', 'AGE', 'EXPIRES', 'MACHINE'], rows, paint),
      plain: intercepts.map(toPlainRow),
    });
    return 0;
  },
});

/** An intercept as data for scripts. */
export function toInterceptData(intercept: InterceptInfo, owner: string): Readonly<Record<string, unknown>> {
  const { createdAt, expiresAt, ...rest } = intercept;
  return { ...rest, mine: intercept.owner === owner, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}

function toRow(intercept: InterceptInfo, now: Date): readonly string[] {
  const { createdAt, expiresAt } = intercept;
  const age = formatCoarse(now.getTime() - createdAt.getTime());
  return toCells(intercept, age, `in ${formatCoarse(expiresAt.getTime() - now.getTime())}`);
}

function toPlainRow(intercept: InterceptInfo): readonly string[] {
  return toCells(intercept, intercept.createdAt.toISOString(), intercept.expiresAt.toISOString());
}

function toCells({ service, port, key, owner, session, client }: InterceptInfo, since: string, until: string): readonly string[] {
  return [service, port, key, owner, session, since, until, client];
}
