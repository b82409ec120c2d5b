import { describeMatch } from '@switchyard/route';
import { formatCoarse } from '../coarse.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import type { ControlledIntercept } from '../control/control.ts';
import { openControl } from '../control/open-control.ts';
import { toStanding } from '../control/standing.ts';
import { toMatchFields } from '../match/match-fields.ts';
import { toTable, type Paint } from '../output.ts';
import { resolveSettings } from '../settings.ts';

/** `intercept list`: everybody's intercepts. */
export const list: AnyCommand = defineCommand({
  metadata: {
    name: 'list',
    about: "List everybody's intercepts at the manager, or in the namespace",
    examples: [['$0 list -o json', 'as data']],
  },
  positionals: {},
  options: projectOptions,
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    await using control = await openControl(context, settings);
    const [intercepts, owner] = await Promise.all([control.listIntercepts(), control.owner()]);
    const now = context.clock.date();
    const isTold = intercepts.some((each) => toStanding(each) !== undefined);
    const rows = intercepts.map((each) => toRow(each, now, isTold));
    context.output.show({
      data: { intercepts: intercepts.map((each) => toInterceptData(each, owner)) },
      text: (paint) =>
        rows.length === 0 ? 'nobody intercepts anything' : toFilledTable(isTold ? [...headings, 'ROUTED'] : headings, rows, paint),
      plain: intercepts.map((each) => toPlainRow(each, isTold)),
    });
    return 0;
  },
});

const headings = ['SERVICE', 'PORT', 'KEY', 'OWNER', 'SESSION', 'AGE', 'EXPIRES', 'MACHINE', 'MATCH', 'SHARED WITH'];

/** Conditions and shares are rare: a column that says nothing is left out. */
function toFilledTable(names: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const filled = names.map((_, column) => rows.some((row) => row[column] !== ''));
  const isFilled = (_: string, column: number): boolean => filled[column] === true;
  return toTable(
    names.filter(isFilled),
    rows.map((row) => row.filter(isFilled)),
    paint,
  );
}

/** An intercept as data for scripts. */
export function toInterceptData(intercept: ControlledIntercept, owner: string): Readonly<Record<string, unknown>> {
  const { createdAt, expiresAt, routed, match, ...rest } = intercept;
  return {
    ...rest,
    match: toMatchFields(match),
    mine: intercept.owner === owner,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(routed === undefined ? {} : { routed: { reason: routed.reason, since: routed.since?.toISOString() } }),
  };
}

function toRow(intercept: ControlledIntercept, now: Date, isTold: boolean): readonly string[] {
  const { createdAt, expiresAt } = intercept;
  const age = formatCoarse(now.getTime() - createdAt.getTime());
  const cells = toCells(intercept, age, `in ${formatCoarse(expiresAt.getTime() - now.getTime())}`);
  return isTold ? [...cells, toStanding(intercept) ?? 'Routed'] : cells;
}

function toPlainRow(intercept: ControlledIntercept, isTold: boolean): readonly string[] {
  const cells = toCells(intercept, intercept.createdAt.toISOString(), intercept.expiresAt.toISOString());
  return isTold ? [...cells, toStanding(intercept) ?? 'Routed'] : cells;
}

function toCells(intercept: ControlledIntercept, since: string, until: string): readonly string[] {
  const { service, port, key = '-', owner, session, client, match, sharedWith } = intercept;
  return [service, port, key, owner, session, since, until, client, describeMatch(match), sharedWith.join(',')];
}
