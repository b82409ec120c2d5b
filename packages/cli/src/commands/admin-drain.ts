import { InterceptError } from '@switchyard/contract';
import { confirm } from '../admin/confirm.ts';
import type { Drained } from '../admin/drain.ts';
import { openAdminClient } from '../admin/open-admin-client.ts';
import { formatCoarse, formatTime } from '../coarse.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { clusterOptions, confirmOptions } from '../common-options.ts';
import { cliLimits } from '../limits.ts';
import { toTable, type View } from '../output.ts';
import { toPrintable } from '../printable.ts';
import { toDuration, toText } from '../values.ts';

/** `intercept admin drain`: no new intercepts, an end of those that are, and every Service given back. */
export const adminDrain: AnyCommand = defineCommand({
  metadata: {
    name: 'admin drain',
    about: 'Let the intercepts of a namespace end after a warning, accept no new ones, and give its services back',
    examples: [
      ['$0 admin drain -n dev --reason "upgrade at six"', 'in five minutes'],
      ['$0 admin drain --grace 0s --yes', 'at once, without asking'],
      ['$0 admin drain --undo', 'intercepts are accepted again'],
    ],
  },
  positionals: {},
  options: {
    grace: { about: 'how long what is intercepted goes on; default 5m', value: 'DURATION', parse: toDuration(0) },
    reason: { about: 'what owners are told', value: 'TEXT', parse: toText },
    undo: { about: 'accept intercepts again' },
    ...confirmOptions,
    ...clusterOptions,
  },
  behaviour: {},
  async handler(args, context) {
    const { undo, reason, grace } = args;
    const dryRun = args['dry-run'];
    if (undo && (grace !== undefined || reason !== undefined)) {
      throw new InterceptError('bad_usage', 'The end of a drain has no grace and no reason.', { hint: 'Leave out --undo, or the others.' });
    }
    await using client = await openAdminClient(context, args);
    const [{ inspectDrain, writeDrain }, { readPrincipal }] = await Promise.all([
      import('../admin/drain.ts'),
      import('../control/cluster/who-am-i.ts'),
    ]);
    const [drained, { user: by }] = await Promise.all([inspectDrain(client), readPrincipal(client)]);
    const { namespace } = client;
    const graceMs = grace ?? cliLimits.drainGraceMs.value;
    const atMs = context.clock.date().getTime() + graceMs;
    const drain = undo ? undefined : { by, reason, atMs };
    await writeDrain(client, drain, true);
    if (!dryRun) {
      const what = undo
        ? `This lets ${namespace} be intercepted again`
        : `This ends ${toCount(drained.intercepts.length, 'intercept')} of ${namespace} in ${formatCoarse(graceMs)}`;
      if (!(await confirm(context, what, args.yes || undo))) return 1;
      await writeDrain(client, drain, false);
    }
    context.output.show(toView(drained, { namespace, at: drain === undefined ? undefined : new Date(atMs), dryRun }));
    return 0;
  },
});

interface Said {
  readonly namespace: string;
  /** Undefined: the drain ends. */
  readonly at: Date | undefined;
  readonly dryRun: boolean;
}

function toView({ intercepts, services, before }: Drained, { namespace, at, dryRun }: Said): View {
  const rows = intercepts.map(({ metadata: { name }, spec: { owner, client = '' } }) => [name, owner.user, client].map(toPrintable));
  const did = dryRun ? 'nothing was changed; ' : '';
  const again = `${namespace} ${dryRun ? 'would be' : 'can be'} intercepted again, as soon as its managers have noticed (seconds)`;
  const undone = before === undefined ? `${namespace} is not drained` : again;
  return {
    data: {
      namespace,
      dryRun,
      drained: at !== undefined,
      at: at?.toISOString() ?? null,
      intercepts: intercepts.map(({ metadata, spec }) => ({ id: metadata.name, owner: spec.owner.user, service: spec.service })),
      services,
    },
    text: (paint) => {
      if (at === undefined) return `${did}${undone}`;
      return [
        ...(rows.length === 0 ? [] : [toTable(['INTERCEPT', 'OWNER', 'MACHINE'], rows, paint)]),
        `${did}${namespace} ${dryRun ? 'would accept' : 'accepts'} no new intercepts; to end at ${formatTime(at)}: ${toCount(rows.length, 'intercept')}; to be given back then: ${toCount(services.length, 'service')}`,
        ...(dryRun ? [] : ['to undo it: intercept admin drain --undo']),
      ].join('\n');
    },
    plain: at === undefined ? [] : rows,
  };
}

function toCount(count: number, word: string): string {
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}
