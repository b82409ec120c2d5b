import type { Applied } from '../admin/apply.ts';
import { openAdminClient } from '../admin/open-admin-client.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { clusterOptions } from '../common-options.ts';
import type { Context } from '../context.ts';
import { cliLimits } from '../limits.ts';
import { toTable } from '../output.ts';
import { toDuration, toText } from '../values.ts';

const timeoutOption = {
  timeout: { about: 'how long each wait may take; default 2m', value: 'DURATION', parse: toDuration(1_000) },
} as const;
const partOption = {
  cluster: { about: "the cluster's part: definitions, roles, admission policies; needs a cluster's administrator" },
} as const;

/** `intercept admin install`: what the chart does, without Helm. */
export const adminInstall: AnyCommand = defineCommand({
  metadata: {
    name: 'admin install',
    about: 'Install a manager in a namespace, or bring it up to date',
    examples: [
      ['$0 admin install --cluster', 'once per cluster, by an administrator of it'],
      ['$0 admin install -n dev', 'in each namespace, by its administrator'],
      ['$0 admin install --dry-run', 'only ask whether it could be done'],
    ],
  },
  positionals: {},
  options: {
    ...partOption,
    image: { about: "container image of the manager; default: the release's", value: 'IMAGE', parse: toText },
    'dry-run': { about: 'let the API server check everything, and store nothing' },
    ...timeoutOption,
    ...clusterOptions,
  },
  behaviour: {},
  async handler(args, context) {
    await using client = await openAdminClient(context, args);
    const { install } = await import('../admin/install.ts');
    const part = args.cluster ? 'cluster' : 'namespace';
    const timeoutMs = args.timeout ?? cliLimits.adminMs.value;
    const objects = await install(context, client, { part, image: args.image, dryRun: args['dry-run'], timeoutMs });
    const where = args.cluster ? `the cluster of the context ${client.context}` : `the namespace ${client.namespace}`;
    const text = args['dry-run'] ? `nothing was stored; ${objects.length} objects are fine` : `Switchyard is ready in ${where}`;
    show(context, { objects, where, text, dryRun: args['dry-run'] });
    return 0;
  },
});

/** `intercept admin uninstall`: gives everything back and leaves nothing. */
export const adminUninstall: AnyCommand = defineCommand({
  metadata: {
    name: 'admin uninstall',
    about: 'Give the services of a namespace back and remove its manager; nothing to remove is fine too',
    examples: [
      ['$0 admin uninstall -n dev', 'in a namespace'],
      ['$0 admin uninstall --cluster', "the cluster's part, once no namespace has a manager"],
    ],
  },
  positionals: {},
  options: { ...partOption, ...timeoutOption, ...clusterOptions },
  behaviour: {},
  async handler(args, context) {
    await using client = await openAdminClient(context, args);
    const { uninstallCluster, uninstallNamespace } = await import('../admin/uninstall.ts');
    const options = { timeoutMs: args.timeout ?? cliLimits.adminMs.value };
    const objects = await (args.cluster ? uninstallCluster : uninstallNamespace)(context, client, options);
    const where = args.cluster ? `the cluster of the context ${client.context}` : `the namespace ${client.namespace}`;
    const lines = objects.map(({ kind, name, action }) => `${action} ${kind} ${name}`);
    const text = lines.length === 0 ? `nothing to remove in ${where}` : [...lines, `nothing of Switchyard is left in ${where}`].join('\n');
    show(context, { objects, where, text, dryRun: false });
    return 0;
  },
});

/** `intercept admin list`: where managers are. */
export const adminList: AnyCommand = defineCommand({
  metadata: {
    name: 'admin list',
    about: 'List the namespaces that have a manager',
    examples: [['$0 admin list -o json', 'as data']],
  },
  positionals: {},
  options: { context: clusterOptions.context, kubeconfig: clusterOptions.kubeconfig },
  behaviour: {},
  async handler(args, context) {
    await using client = await openAdminClient(context, args);
    const { listInstallations } = await import('../admin/list-installations.ts');
    const installations = await listInstallations(client);
    const rows = installations.map((each) => [
      each.namespace,
      each.version ?? 'none',
      each.ready ? 'yes' : 'no',
      String(each.routedServices),
      String(each.intercepts),
    ]);
    context.output.show({
      data: { namespaces: installations },
      text: (paint) =>
        rows.length === 0 ? 'no namespace has a manager' : toTable(['NAMESPACE', 'VERSION', 'READY', 'ROUTED', 'INTERCEPTS'], rows, paint),
      plain: rows,
    });
    return 0;
  },
});

interface Result {
  readonly objects: readonly Applied[];
  readonly where: string;
  readonly text: string;
  readonly dryRun: boolean;
}

function show({ output }: Context, { objects, where, text, dryRun }: Result): void {
  output.show({
    data: { where, ...(dryRun ? { dryRun } : {}), objects },
    text: () => text,
    plain: objects.map(({ kind, name, action }) => [action, kind, name]),
  });
}
