import process from 'node:process';
import { findKubeconfig, root, toProgram } from '../support/cluster.ts';
import { run, type Outcome } from '../../../tools/process/run.ts';

/** The charts by what they are for. */
export const charts = { cluster: 'deploy/charts/switchyard-cluster', namespace: 'deploy/charts/switchyard' } as const;

/** Runs the helm that test/tools/helm builds, whatever comes of it. */
export async function tryHelm(...args: readonly string[]): Promise<Outcome> {
  return run(toProgram('helm'), args, { cwd: root, env: { ...process.env, KUBECONFIG: findKubeconfig() }, timeoutMs: 240_000 });
}

/** What `helm template` makes of a chart. Throws what helm says where it refuses. */
export async function template(chart: keyof typeof charts, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tryHelm('template', 'switchyard', charts[chart], ...args);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}
