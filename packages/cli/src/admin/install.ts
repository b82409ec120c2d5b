import { intercepts, leases, managerName, standDownAnnotation, type KubeClient, type KubeObject } from '@switchyard/kube';
import type { Context } from '../context.ts';
import { applyObject, type Applied } from './apply.ts';
import { readManifests, type Part } from './manifests.ts';
import { resourceDefinitions } from './resource-types.ts';
import { waitForDefinition, waitForManager } from './wait-for.ts';

/** What is to be installed, and how. */
export interface InstallOptions {
  readonly part: Part;
  readonly image: string | undefined;
  readonly dryRun: boolean;
  readonly timeoutMs: number;
}

/**
 * Applies the manifests of a part in their order and waits until it works. All of it is tried without storing anything first, so that a
 * missing right leaves nothing half done. Doing it again brings it up to date.
 */
export async function install(context: Context, client: KubeClient, options: InstallOptions): Promise<readonly Applied[]> {
  const { clock, log, output, host } = context;
  const { part, image, dryRun, timeoutMs } = options;
  const waitOptions = { timeoutMs, signal: host.signal };
  const objects = await readManifests(part, { namespace: client.namespace, image });
  // Without the cluster's part a manager would start, and never be ready.
  if (part === 'namespace') await client.list(intercepts);
  const tell = (one: Applied): void => output.say(toLine(one, dryRun));
  const rehearsed = await applyAll(client, objects, { dryRun: true, signal: host.signal, tell: dryRun ? tell : () => {} });
  if (dryRun) return rehearsed;
  const applied = await applyAll(client, objects, { dryRun, signal: host.signal, tell });
  if (part === 'namespace') await endStandDown(client);
  const stopWaiting = output.wait(
    part === 'cluster' ? 'waiting for the API server to serve the resources' : 'waiting for the manager to be ready',
  );
  try {
    if (part === 'namespace') await waitForManager({ clock, log, client }, waitOptions);
    const definitions = objects.filter(({ kind }) => kind === resourceDefinitions.kind);
    for (const { metadata } of definitions) await waitForDefinition({ clock, log, client }, metadata.name, waitOptions);
  } finally {
    stopWaiting();
  }
  return applied;
}

interface ApplyOptions {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly tell: (one: Applied) => void;
}

async function applyAll(
  client: KubeClient,
  objects: readonly KubeObject[],
  { dryRun, signal, tell }: ApplyOptions,
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  for (const object of objects) {
    signal.throwIfAborted();
    const one = await applyObject(client, object, dryRun);
    tell(one);
    applied.push(one);
  }
  return applied;
}

/** An uninstallation that did not come to its end leaves the note that managers take nothing. */
async function endStandDown(client: KubeClient): Promise<void> {
  const lease = await client.get(leases, managerName);
  if (lease?.metadata.annotations?.[standDownAnnotation] === undefined) return;
  await client.patch(leases, managerName, { t: 'merge', change: { metadata: { annotations: { [standDownAnnotation]: null } } } });
}

function toLine({ kind, name, action }: Applied, dryRun: boolean): string {
  return dryRun ? `would be ${action}: ${kind} ${name}` : `${action} ${kind} ${name}`;
}
