import { formatLocalAddress } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { resolve } from 'node:path';
import { defineCommand, type AnyCommand } from '../command.ts';
import { keyOption, projectOptions } from '../common-options.ts';
import { findProjectFile, projectFileName } from '../find-project-file.ts';
import type { Project } from '../project-file.ts';
import type { Identity } from '../identity.ts';
import { toMatchFields } from '../match/match-fields.ts';
import { meansCluster } from '../control/open-control.ts';
import type { Context } from '../context.ts';
import { defaultManager, resolveSettings, type ClusterSettings, type Setting, type Settings } from '../settings.ts';
import { toText } from '../values.ts';

/** `intercept config validate`: whether a project file is right. */
export const configValidate: AnyCommand = defineCommand({
  metadata: { name: 'config validate', about: 'Check a project file', examples: [['$0 config validate', 'the nearest intercept.yaml']] },
  positionals: { path: { about: 'the file; default: the nearest intercept.yaml', kind: 'optional', parse: toText } },
  options: { profile: projectOptions.profile },
  behaviour: {},
  async handler(args, { host, output }) {
    const path = args.path === undefined ? await findProjectFile(host.cwd) : resolve(host.cwd, args.path);
    if (path === undefined) throw new InterceptError('bad_usage', `There is no ${projectFileName} here.`, { hint: 'Name the file.' });
    const { readProject } = await import('../project-file.ts');
    const { intercepts } = await readProject(path, args.profile);
    output.show({
      data: { file: path, valid: true },
      text: () => `${path} is right: ${count(intercepts.length, 'intercept')}`,
      plain: [[path]],
    });
    return 0;
  },
});

/** `intercept config schema`: the JSON Schema of the project file. */
export const configSchema: AnyCommand = defineCommand({
  metadata: {
    name: 'config schema',
    about: 'Print the JSON Schema of intercept.yaml, for editors',
    examples: [['$0 config schema > intercepts.schema.json', 'keep it in a file']],
  },
  positionals: {},
  options: {},
  behaviour: {},
  async handler(_, { output }) {
    const { toProjectJsonSchema } = await import('../project-file.ts');
    const schema = toProjectJsonSchema();
    const text = JSON.stringify(schema, undefined, 2);
    output.show({ data: schema, text: () => text, plain: [[text]] });
    return 0;
  },
});

/** `intercept config view`: what the settings come to, and where each comes from. */
export const configView: AnyCommand = defineCommand({
  metadata: {
    name: 'config view',
    about: 'Show the settings that hold here, and where each comes from',
    examples: [['$0 config view -o json', 'as data']],
  },
  positionals: {},
  options: { ...keyOption, ...projectOptions },
  behaviour: {},
  async handler(args, { host, output }) {
    const settings = await resolveSettings(host, args);
    const manager = await toManagerSetting({ host }, settings);
    // What is configured must be seen while nothing can be reached: the name that a cluster knows the person by is not asked for.
    const asked = manager === undefined && settings.identity.source !== 'INTERCEPT_USER';
    const { key, source } = await settings.key(async () => (asked ? clusterIdentity : settings.identity));
    const askedKey = asked && source === 'identity';
    const rows: readonly (readonly [name: string, value: string, source: string])[] = [
      ['manager', manager?.value.origin ?? 'that of the namespace', manager?.source ?? ''],
      ...(manager === undefined ? toClusterRows(settings.cluster) : []),
      askedKey ? ['key', clusterIdentity.source, 'see `intercept key`'] : ['key', key, source],
      manager === undefined ? ['owner', clusterIdentity.source, ''] : ['owner', settings.owner, settings.identity.source],
      ['token', settings.token === undefined ? 'none' : 'set', settings.token?.source ?? ''],
      ['project file', settings.project?.path ?? 'none', ''],
      ['user file', settings.userFilePath, ''],
    ];
    output.show({
      data: {
        manager: manager === undefined ? null : { value: manager.value.origin, source: manager.source },
        ...(manager === undefined ? { cluster: settings.cluster } : {}),
        key: askedKey ? null : { value: key, source },
        owner: manager === undefined ? null : { value: settings.owner, source: settings.identity.source },
        token: settings.token !== undefined,
        projectFile: settings.project?.path ?? null,
        userFile: settings.userFilePath,
        intercepts: toInterceptRows(settings.project),
      },
      text: (paint) =>
        rows.map(([name, value, from]) => `${name.padEnd(13)} ${value}${from === '' ? '' : paint('dim', `  (${from})`)}`).join('\n'),
      plain: rows,
    });
    return 0;
  },
});

/** Stands for who the person is in a cluster that is not asked. */
const clusterIdentity: Identity = { user: 'your-name', source: 'your name in the cluster' };

/** The manager by its address; undefined where it is that of a namespace. */
async function toManagerSetting(context: Pick<Context, 'host'>, settings: Settings): Promise<Setting<URL> | undefined> {
  if (settings.manager !== undefined) return settings.manager;
  return (await meansCluster(context, settings)) ? undefined : { value: defaultManager, source: 'default' };
}

function toClusterRows({ context, namespace, kubeconfig }: ClusterSettings): readonly (readonly [string, string, string])[] {
  return [
    ['context', context?.value ?? "the kubeconfig's current one", context?.source ?? ''],
    ['namespace', namespace?.value ?? "the context's", namespace?.source ?? ''],
    ['kubeconfig', kubeconfig?.value ?? 'KUBECONFIG, else ~/.kube/config', kubeconfig?.source ?? ''],
  ];
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

function toInterceptRows(project: Project | undefined): readonly unknown[] {
  return (project?.intercepts ?? []).map(({ service, port, local, whenAway, lifetime, match, ...rest }) => ({
    service,
    port,
    local: local === undefined ? undefined : formatLocalAddress(local),
    whenAway,
    lifetime: lifetime === undefined ? undefined : formatDuration(lifetime),
    match: match === undefined ? undefined : toMatchFields(match),
    ...rest,
  }));
}
