import { InterceptError, type Actor } from '@switchyard/contract';
import type { Access } from '@switchyard/tunnel';
import { resolve } from 'node:path';
import { findActor } from './actor.ts';
import { readGitBranch } from './git-branch.ts';
import type { Host } from './host.ts';
import { findIdentity, toOwner, type Identity } from './identity.ts';
import { resolveKey, type ResolvedKey } from './key.ts';
import { findProjectFile, projectFileName } from './find-project-file.ts';
import type { Project } from './project-file.ts';
import { resolveAccess, type AccessFlags } from './manager-access.ts';
import { resolveToken, type Token } from './token.ts';
import { readUserFile, toUserFilePath, type UserFile } from './user-file.ts';
import { toManagerUrl } from './values.ts';

/** The variables that this program reads, for help and the reference page. */
export const environmentVariables: readonly (readonly [name: string, about: string])[] = [
  ['INTERCEPT_MANAGER', 'address of the manager, as --manager'],
  ['INTERCEPT_NAMESPACE', 'namespace of the cluster, as --namespace'],
  ['INTERCEPT_CONTEXT', 'context of the kubeconfig, as --context'],
  ['KUBECONFIG', 'the kubeconfig, as --kubeconfig; default ~/.kube/config'],
  ['INTERCEPT_KEY', 'your routing key, as --key'],
  ['INTERCEPT_TOKEN', 'what proves who you are to a manager that asks for it'],
  ['INTERCEPT_CARRIER', 'what carries the session, as --carrier'],
  ['INTERCEPT_CA', "authority of the manager's certificate, as --ca"],
  ['INTERCEPT_TLS_CERT, INTERCEPT_TLS_KEY', 'certificate and key to show, as --tls-cert and --tls-key'],
  ['HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY', 'proxies on the way to a manager, in lower case too; http://[USER:PASSWORD@]HOST:PORT'],
  ['INTERCEPT_USER', 'your name: owner of your intercepts, and your key where nothing else says one'],
  ['INTERCEPT_ACTOR', 'what works here, for records: person, agent or ci; default: agent or ci where the variables of one are set'],
  ['INTERCEPT_ON_BEHALF_OF', 'for whom it works, for records'],
  ['INTERCEPT_PROFILE', 'profile of the project file, as --profile'],
  ['XDG_STATE_HOME', 'folder of your sign-ins, switchyard/sign-ins; default ~/.local/state'],
  ['XDG_CONFIG_HOME', 'folder of your own file, switchyard/config.yaml; default ~/.config'],
  ['NO_COLOR', 'no colours, as --no-color'],
];

/** What the command line may say about the settings. */
export interface SettingFlags extends AccessFlags {
  readonly manager?: URL | undefined;
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly key?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly file?: string | undefined;
  readonly profile?: string | undefined;
}

/** Where a setting came from. */
export type SettingSource = 'flag' | 'environment' | 'project' | 'user file' | 'pod' | 'default';

/** A setting, and what said so. */
export interface Setting<T> {
  readonly value: T;
  readonly source: SettingSource;
}

/** Which cluster is meant, as far as somebody said it; the rest is the kubeconfig's. */
export interface ClusterSettings {
  readonly namespace: Setting<string> | undefined;
  readonly context: Setting<string> | undefined;
  readonly kubeconfig: Setting<string> | undefined;
}

/** What a command works with, once flags, variables and files are weighed against each other. */
export interface Settings {
  /** Undefined where nobody named one: then it is a cluster's, or the default. */
  readonly manager: Setting<URL> | undefined;
  readonly cluster: ClusterSettings;
  readonly identity: Identity;
  /** The name that goes to the manager as the owner. */
  readonly owner: string;
  /** What works here, for records. */
  readonly actor: Actor;
  readonly token: Token | undefined;
  /** The way to managers: carrier, certificates, proxies. */
  readonly access: Access;
  /** Whether somebody named an authority for certificates of managers, and so expects TLS. */
  readonly namesAuthority: boolean;
  readonly project: Project | undefined;
  readonly userFilePath: string;
  /** Only commands that need a key fail for the lack of one. `findIdentity` is asked where nothing but the person's name says it. */
  key(findIdentity: () => Promise<Identity>): Promise<ResolvedKey>;
}

/** The manager of this machine, where neither a manager nor a cluster is named. */
export const defaultManager: URL = new URL('http://127.0.0.1:7480');

/** Flag over variable over project file (with its profile) over the person's own file over default. Throws `bad_config` or `bad_usage`. */
export async function resolveSettings(host: Host, flags: SettingFlags): Promise<Settings> {
  const userFilePath = toUserFilePath(host);
  const [project, user] = await Promise.all([openProject(host, flags), readUserFile(userFilePath)]);
  const identity = findIdentity(host);
  const fromEnvironment = textOf(host, 'INTERCEPT_MANAGER');
  const named = firstOf<URL>([
    [flags.manager, 'flag'],
    [fromEnvironment === undefined ? undefined : toEnvironmentUrl(fromEnvironment), 'environment'],
    [project?.manager, 'project'],
    [user?.manager, 'user file'],
  ]);
  const cluster = toCluster(host, flags, project, user);
  const manager = named !== undefined && isStronger(cluster, named.source) ? undefined : named;
  // A token that the person keeps goes only to the manager that stands beside it: a project file must not lead it elsewhere.
  const ownToken = (user?.manager ?? defaultManager).href === (manager?.value ?? defaultManager).href ? user?.token : undefined;
  const tokenFile = flags['token-file'];
  const token = await resolveToken({
    file: tokenFile === undefined ? undefined : resolve(host.cwd, tokenFile),
    environment: textOf(host, 'INTERCEPT_TOKEN'),
    userFile: ownToken === undefined ? undefined : { path: userFilePath, token: ownToken },
  });
  return {
    manager,
    cluster,
    identity,
    owner: toOwner(identity, host.hostName),
    actor: findActor(host),
    token,
    access: await resolveAccess(host, flags),
    namesAuthority: (flags.ca ?? host.env['INTERCEPT_CA'] ?? '') !== '',
    project,
    userFilePath,
    key: (findKeyIdentity) =>
      resolveKey({
        flag: flags.key,
        environment: textOf(host, 'INTERCEPT_KEY'),
        project: project?.key,
        userFile: user?.key,
        findIdentity: findKeyIdentity,
        readBranch: () => readGitBranch(host.cwd),
      }),
  };
}

async function openProject(host: Host, { file, profile = textOf(host, 'INTERCEPT_PROFILE') }: SettingFlags): Promise<Project | undefined> {
  const path = file === undefined ? await findProjectFile(host.cwd) : resolve(host.cwd, file);
  if (path !== undefined) {
    // Policies may stand in it, and their language is a library that most starts do without.
    const { readProject } = await import('./project-file.ts');
    return readProject(path, profile);
  }
  if (profile === undefined) return undefined;
  throw new InterceptError('bad_usage', `There is no ${projectFileName} here that could have the profile "${profile}".`, {
    hint: 'Name the file with --file.',
  });
}

function toCluster(host: Host, flags: SettingFlags, project: Project | undefined, user: UserFile | undefined): ClusterSettings {
  return {
    namespace: firstOf([
      [flags.namespace, 'flag'],
      [textOf(host, 'INTERCEPT_NAMESPACE'), 'environment'],
      [project?.namespace, 'project'],
      [user?.namespace, 'user file'],
    ]),
    context: firstOf([
      [flags.context, 'flag'],
      [textOf(host, 'INTERCEPT_CONTEXT'), 'environment'],
      [project?.context, 'project'],
      [user?.context, 'user file'],
    ]),
    kubeconfig: flags.kubeconfig === undefined ? undefined : { value: resolve(host.cwd, flags.kubeconfig), source: 'flag' },
  };
}

const strength: readonly SettingSource[] = ['flag', 'environment', 'project', 'user file', 'pod', 'default'];

/** Whether a cluster was named closer to the command line than a manager: `--context` beats a manager of the project file. */
function isStronger({ namespace, context, kubeconfig }: ClusterSettings, source: SettingSource): boolean {
  return [namespace, context, kubeconfig].some(
    (setting) => setting !== undefined && strength.indexOf(setting.source) < strength.indexOf(source),
  );
}

function firstOf<T>(candidates: readonly (readonly [T | undefined, SettingSource])[]): Setting<T> | undefined {
  for (const [value, source] of candidates) {
    if (value !== undefined) return { value, source };
  }
  return undefined;
}

function toEnvironmentUrl(text: string): URL {
  try {
    return toManagerUrl(text);
  } catch (error) {
    const { message, hint } = InterceptError.from(error);
    throw new InterceptError('bad_usage', `INTERCEPT_MANAGER: ${message}`, hint === undefined ? {} : { hint });
  }
}

/** A variable's value; an empty one counts as unset. */
function textOf({ env }: Host, name: string): string | undefined {
  const text = env[name];
  return text === '' ? undefined : text;
}
