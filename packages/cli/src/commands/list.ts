import { formatDuration } from '@switchyard/config';
import type { InterceptInfo } from '@switchyard/contract';
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
      plain: rows,
    });
    return 0;
  },
});

/** An intercept as data for scripts. */
export function toInterceptData(intercept: InterceptInfo, owner: string): Readonly<Record<string, unknown>> {
  const { createdAt, expiresAt, ...rest } = intercept;
  return { ...rest, mine: intercept.owner === owner, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}

function toRow({ service, port, key, owner, session, client, createdAt, expiresAt }: InterceptInfo, now: Date): readonly string[] {
  return [
    service,
    port,
    key,
    owner,
    session,
    toCoarse(now.getTime() - createdAt.getTime()),
    `in ${toCoarse(expiresAt.getTime() - now.getTime())}`,
    client,
  ];
}

/** Seconds under a minute, minutes above. */
function toCoarse(durationMs: number): string {
  const unitMs = durationMs < 60_000 ? 1_000 : 60_000;
  return formatDuration(Math.max(0, Math.floor(durationMs / unitMs) * unitMs));
}
