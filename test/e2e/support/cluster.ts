import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { must, run, type Outcome, type RunOptions } from '../../../tools/process/run.ts';

/** Where the test cluster keeps its programs and its kubeconfig; see test/cluster/README.md. */
export const testCluster: string =
  process.env['TESTCLUSTER_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'testcluster');

/** The kubeconfig of the cluster to test on: `KUBECONFIG`, else that of the test cluster. Undefined where there is neither. */
export function findKubeconfig(): string | undefined {
  const named = process.env['KUBECONFIG'];
  if (named !== undefined && named !== '') return named;
  return existsSync(join(testCluster, 'run')) ? join(testCluster, 'kubeconfig') : undefined;
}

/** Whether the cluster is the one of test/cluster: its node can be entered, and images are put into it from here. */
export function isTestCluster(): boolean {
  return findKubeconfig() === join(testCluster, 'kubeconfig');
}

/** Address of this machine, as the pods of the test cluster know it. */
export const hostAddress = '10.211.0.1';

/** The path of a program of the test cluster's, else its plain name, to be found on PATH. */
export function toProgram(name: string): string {
  const path = join(testCluster, 'bin', name);
  return existsSync(path) ? path : name;
}

/** Folder of this repository's root, and of the test cluster's scripts. */
export const root: string = join(import.meta.dirname, '..', '..', '..');

/** Runs kubectl as the administrator, or with another kubeconfig; it has to succeed. */
export async function kubectl(args: readonly string[], options: RunOptions & { readonly kubeconfig?: string } = {}): Promise<string> {
  return must(toProgram('kubectl'), args, toOptions(options));
}

/** As `kubectl`, whatever comes of it. */
export async function tryKubectl(args: readonly string[], options: RunOptions & { readonly kubeconfig?: string } = {}): Promise<Outcome> {
  return run(toProgram('kubectl'), args, toOptions(options));
}

/** What `kubectl ARGS -o json` says. The caller knows the shape. */
export async function read<T>(args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl([...args, '-o', 'json'])) as T;
}

/** Applies manifests. */
export async function apply(namespace: string, manifests: string | readonly object[]): Promise<void> {
  const input = typeof manifests === 'string' ? manifests : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
  await kubectl(['apply', '-n', namespace, '-f', '-'], { input });
}

/** Runs a command inside the node of the test cluster. */
export async function inNode(...command: readonly string[]): Promise<string> {
  return must(join(root, 'test/cluster/enter'), command);
}

function toOptions({
  kubeconfig = findKubeconfig(),
  env,
  ...options
}: RunOptions & { readonly kubeconfig?: string | undefined }): RunOptions {
  return { ...options, env: { ...process.env, ...env, ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }) } };
}
