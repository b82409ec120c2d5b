import { InterceptError } from '@switchyard/contract';
import { confirm } from '../admin/confirm.ts';
import type { Leftover } from '../admin/gc.ts';
import { openAdminClient } from '../admin/open-admin-client.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { clusterOptions, confirmOptions } from '../common-options.ts';
import { toTable, type View } from '../output.ts';
import { toPrintable } from '../printable.ts';

/** `intercept admin gc`: removes what a manager that is gone left behind. */
export const adminGc: AnyCommand = defineCommand({
  metadata: {
    name: 'admin gc',
    about: 'Remove what a manager that is gone left behind in a namespace; where one lives, it cleans up itself',
    examples: [
      ['$0 admin gc -n dev --dry-run', 'only show what nobody needs, and why'],
      ['$0 admin gc -n dev --yes', 'remove it without asking'],
    ],
  },
  positionals: {},
  options: { ...confirmOptions, ...clusterOptions },
  behaviour: {},
  async handler(args, context) {
    const { clock, log, host, output } = context;
    await using client = await openAdminClient(context, args);
    const { findLeftovers, inspectRemains, removeLeftover } = await import('../admin/gc.ts');
    const deps = { clock, log, client };
    const remains = await inspectRemains(deps, host.signal);
    const leftovers = remains === undefined ? [] : findLeftovers(remains);
    const dryRun = args['dry-run'];
    if (leftovers.length > 0 && !dryRun) {
      output.say(toList(leftovers));
      const count = leftovers.length === 1 ? '1 thing' : `${leftovers.length} things`;
      if (!(await confirm(context, `This removes ${count} from ${client.namespace}, and gives Services back`, args.yes))) return 1;
      // Somebody has thought about it for as long as they liked.
      if ((await inspectRemains(deps, host.signal)) === undefined) throw toManaged(client.namespace);
      for (const leftover of leftovers) await removeLeftover(deps, leftover, host.signal);
    }
    output.show(toView(leftovers, { namespace: client.namespace, managed: remains === undefined, dryRun }));
    return 0;
  },
});

function toManaged(namespace: string): InterceptError {
  return new InterceptError('cluster_conflict', `A manager has come to ${namespace} meanwhile: nothing was removed.`, {
    hint: 'It cleans up itself.',
  });
}

interface Said {
  readonly namespace: string;
  /** A manager is there. */
  readonly managed: boolean;
  readonly dryRun: boolean;
}

function toView(leftovers: readonly Leftover[], { namespace, managed, dryRun }: Said): View {
  const rows = leftovers.map(({ what, name, why }) => [what, name, why].map(toPrintable));
  return {
    data: { namespace, managed, dryRun, removed: leftovers.map(({ what, name, why }) => ({ what, name, why })) },
    text: (paint) => {
      if (managed) return `${namespace} has a manager, which cleans up itself: nothing was looked for`;
      if (rows.length === 0) return `nothing is left in ${namespace}`;
      return `${toTable(['WHAT', 'NAME', 'WHY'], rows, paint)}\n${dryRun ? 'nothing was changed; nobody needs these' : 'removed, or given back'}`;
    },
    plain: rows,
  };
}

function toList(leftovers: readonly Leftover[]): string {
  return leftovers.map(({ what, name, why }) => toPrintable(`${what} ${name}: ${why}`)).join('\n');
}
