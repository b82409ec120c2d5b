import { auditActions, InterceptError, type AuditAction } from '@switchyard/contract';
import { formatCoarse } from '../coarse.ts';
import type { AuditEntry } from '../admin/audit-entry.ts';
import { openAdminClient } from '../admin/open-admin-client.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { clusterOptions } from '../common-options.ts';
import type { Context } from '../context.ts';
import { toTable, type View } from '../output.ts';
import { toDuration, toService, toText } from '../values.ts';

/** An hour: what somebody who comes to look wants to see first. */
const defaultSinceMs = 3_600_000;

/** `intercept admin audit`: who had which session and intercept, and who was refused. */
export const adminAudit: AnyCommand = defineCommand({
  metadata: {
    name: 'admin audit',
    about: 'Show the audit records that the logs of the managers still have',
    examples: [
      ['$0 admin audit -n dev --since 1d', 'who had which intercept since yesterday'],
      ['$0 admin audit --action intercept_refused --user alice', 'what alice was refused'],
      ['$0 admin audit -f -o ndjson', 'as it happens, a line of JSON each'],
    ],
  },
  positionals: {},
  options: {
    since: { about: 'how far to look back; default 1h', value: 'DURATION', parse: toDuration(1_000) },
    user: { about: 'only of this user', value: 'USER', parse: toText },
    service: { about: 'only of this service', value: 'SERVICE', parse: toService },
    action: { about: 'only of this kind', value: 'ACTION', choices: auditActions, parse: toAction },
    follow: { about: 'go on with what happens from now on', alias: 'f' },
    ...clusterOptions,
  },
  behaviour: {},
  async handler(args, context) {
    const { user, service, action, follow } = args;
    refuseEndless(context, follow);
    await using client = await openAdminClient(context, args);
    const { followAuditLog, readAuditLog } = await import('../admin/audit-logs.ts');
    const { clock, host, output } = context;
    const since = new Date(clock.date().getTime() - (args.since ?? defaultSinceMs));
    const isMeant = (entry: AuditEntry): boolean =>
      entry.at >= since &&
      (user === undefined || entry.user === user) &&
      (service === undefined || entry.service === service) &&
      (action === undefined || entry.action === action);
    const deps = { clock, client, signal: host.signal };
    if (follow) {
      await followAuditLog(deps, since, (entry) => {
        if (isMeant(entry)) output.show(toLine(entry));
      });
      return 0;
    }
    const { entries, completeSince } = await readAuditLog(deps);
    const meant = entries.filter(isMeant);
    if (output.format === 'ndjson') for (const entry of meant) output.show(toLine(entry));
    else output.show(toView(meant, completeSince));
    if (completeSince === undefined || completeSince > since) sayGap(context, completeSince);
    return 0;
  },
});

/** What is older than a log is not known here, and that is no sign that nothing happened. */
function sayGap({ clock, output }: Context, completeSince: Date | undefined): void {
  const from =
    completeSince === undefined
      ? 'The logs of the managers are empty'
      : `The logs of the managers begin ${formatCoarse(clock.date().getTime() - completeSince.getTime())} ago, at ${completeSince.toISOString()}`;
  output.warn(`${from}: what happened before went with older pods. A collector keeps it (docs/audit.md).`);
}

/** A document that never ends is none. */
function refuseEndless({ output }: Context, follow: boolean): void {
  if (!follow || (output.format !== 'json' && output.format !== 'yaml')) return;
  throw new InterceptError('bad_usage', `What --follow shows has no end, so that it cannot be one document of ${output.format}.`, {
    hint: 'Use -o ndjson.',
  });
}

function toAction(text: string): AuditAction {
  const action = auditActions.find((each) => each === text);
  if (action !== undefined) return action;
  throw new InterceptError('bad_usage', `"${text}" is no action.`, { hint: `It is one of ${auditActions.join(', ')}.` });
}

function toView(entries: readonly AuditEntry[], completeSince: Date | undefined): View {
  const rows = entries.map(toRow);
  return {
    data: { completeSince: completeSince?.toISOString(), records: entries.map(({ fields }) => fields) },
    text: (paint) =>
      rows.length === 0
        ? 'no audit record matches'
        : toTable(['TIME', 'ACTION', 'USER', 'SERVICE', 'KEY', 'OUTCOME', 'REASON'], rows, paint),
    plain: rows,
  };
}

function toLine(entry: AuditEntry): View {
  const row = toRow(entry);
  return { data: entry.fields, text: () => [...row, entry.message ?? ''].join('  ').trimEnd(), plain: [row] };
}

function toRow({ at, action, user, proven, service, key, outcome, reason }: AuditEntry): readonly string[] {
  return [at.toISOString(), action, proven ? user : `${user} (not proven)`, service ?? '-', key ?? '-', outcome, reason ?? '-'];
}
