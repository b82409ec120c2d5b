import { InterceptError } from '@switchyard/contract';
import { intercepts as interceptType, type Intercept } from '@switchyard/kube';
import { confirm } from '../admin/confirm.ts';
import { openAdminClient } from '../admin/open-admin-client.ts';
import type { Selection } from '../admin/revoke.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { clusterOptions, confirmOptions } from '../common-options.ts';
import { toTable, type View } from '../output.ts';
import { toPrintable } from '../printable.ts';
import { toService, toText } from '../values.ts';

/** `intercept admin revoke`: ends intercepts of others, and tells their owners why. */
export const adminRevoke: AnyCommand = defineCommand({
  metadata: {
    name: 'admin revoke',
    about: 'End intercepts in their owners’ place; the owners are told who did it and why',
    examples: [
      ['$0 admin revoke orders.http.alice --reason "load test until five"', 'one of them'],
      ['$0 admin revoke --user bob@corp.example --service orders', 'what a user has on a service'],
      ['$0 admin revoke --all --dry-run', 'only show what would end, and whether you may'],
    ],
  },
  positionals: { intercepts: { about: 'names of intercepts, as `intercept list -o json` shows them', kind: 'many', parse: toText } },
  options: {
    user: { about: 'all of this user', value: 'NAME', parse: toText },
    service: { about: 'all of this service', value: 'NAME', parse: toService },
    all: { about: 'all of the namespace' },
    reason: { about: 'what their owners are told', value: 'TEXT', parse: toText },
    ...confirmOptions,
    ...clusterOptions,
  },
  behaviour: {},
  async handler(args, context) {
    const selection = toSelection(args);
    await using client = await openAdminClient(context, args);
    const [{ revoke, select }, { readPrincipal }] = await Promise.all([
      import('../admin/revoke.ts'),
      import('../control/cluster/who-am-i.ts'),
    ]);
    const objects = select((await client.list(interceptType)).items, selection);
    const dryRun = args['dry-run'];
    if (objects.length > 0 && !dryRun) {
      const names = objects.map(({ metadata }) => metadata.name);
      const meant = await confirm(
        context,
        `This ends ${names.length === 1 ? '' : `${names.length} intercepts: `}${names.join(', ')}`,
        args.yes,
      );
      if (!meant) return 1;
    }
    const { user: by } = await readPrincipal(client);
    await revoke({ client, clock: context.clock }, objects, {
      revocation: { by, reason: args.reason },
      dryRun,
      signal: context.host.signal,
    });
    context.output.show(toView(objects, dryRun));
    return 0;
  },
});

/** Which are meant. Throws `bad_usage` where nothing says so, or two things contradict each other. */
function toSelection(args: {
  readonly intercepts: readonly string[];
  readonly user: string | undefined;
  readonly service: ReturnType<typeof toService> | undefined;
  readonly all: boolean;
}): Selection {
  const { intercepts: names, user, service, all } = args;
  const ways = [names.length > 0, user !== undefined || service !== undefined, all].filter(Boolean).length;
  if (ways === 1) return names.length > 0 ? { t: 'named', names } : { t: 'filtered', user, service };
  const message = ways === 0 ? 'Nothing says which intercepts are meant.' : 'Which intercepts are meant is said in two ways.';
  throw new InterceptError('bad_usage', message, { hint: 'Name some of them, or say --user and --service, or --all.' });
}

function toView(objects: readonly Intercept[], dryRun: boolean): View {
  const rows = objects.map(({ metadata: { name }, spec: { owner, service, client = '' } }) =>
    [name, owner.user, service, client].map(toPrintable),
  );
  return {
    data: {
      dryRun,
      revoked: objects.map(({ metadata: { name }, spec: { owner, service, port, key } }) => ({
        id: name,
        owner: owner.user,
        service,
        port,
        key,
      })),
    },
    text: (paint) => {
      if (rows.length === 0) return 'no such intercept is there';
      const end = dryRun ? 'nothing was changed; these would end' : 'these have ended';
      return `${toTable(['INTERCEPT', 'OWNER', 'SERVICE', 'MACHINE'], rows, paint)}\n${end}`;
    },
    plain: rows,
  };
}
