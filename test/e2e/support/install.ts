import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { findKubeconfig, root, toProgram, tryKubectl } from './cluster.ts';
import { images } from './images.ts';
import { must } from '../../../tools/process/run.ts';

/** How a manager is installed. */
export interface InstallOptions {
  /** Bounds that differ from the defaults, as manager.yaml names them. */
  readonly limits?: Readonly<Record<string, string | number>>;
  /** Further values of the chart, as `NAME=VALUE`. */
  readonly values?: readonly string[];
}

/** Runs the published `intercept` as the cluster's administrator; it has to succeed. Answers what it printed. */
export async function intercept(...args: readonly string[]): Promise<string> {
  return must(join(root, 'node_modules/node/bin/node'), [join(root, 'dist/intercept.js'), ...args], {
    env: toEnvironment(),
    timeoutMs: 240_000,
  });
}

/** Runs helm as the cluster's administrator; it has to succeed. */
async function helm(...args: readonly string[]): Promise<string> {
  return must(toProgram('helm'), args, { env: toEnvironment(), cwd: root, timeoutMs: 240_000 });
}

/** Installs the cluster's part, where it is not there yet. */
export async function installCluster(): Promise<void> {
  if (!(await isClusterReady())) await intercept('admin', 'install', '--cluster');
}

/** Installs a manager in `namespace` by its chart, and what it needs of the cluster. */
export async function installManager(namespace: string, { limits = {}, values: further = [] }: InstallOptions): Promise<void> {
  await installCluster();
  const [, repository, tag] = /^(.*):([^:]*)$/.exec(images.switchyard) ?? [];
  const values = [
    '--set',
    `image.repository=${repository ?? ''},image.tag=${tag ?? ''}`,
    '--set-json',
    `config.limits=${JSON.stringify(limits)}`,
    ...further.flatMap((value) => ['--set', value]),
  ];
  await helm('install', 'switchyard', 'deploy/charts/switchyard', '-n', namespace, '--wait', '--timeout', '120s', ...values);
}

/** Takes the cluster's part away, if it is there. */
export async function removeCluster(): Promise<void> {
  if (await isClusterReady()) await intercept('admin', 'uninstall', '--cluster');
}

async function isClusterReady(): Promise<boolean> {
  return (await tryKubectl(['get', 'crd', 'intercepts.switchyard.dev'])).exitCode === 0;
}

function toEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: findKubeconfig(), HOME: homedir() };
}
