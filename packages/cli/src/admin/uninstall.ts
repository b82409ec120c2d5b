import { InterceptError } from '@switchyard/contract';
import { leases, managerName, type KubeClient, type KubeObject } from '@switchyard/kube';
import { deleteIntercepts, releaseNamespace, type ReleaseStep } from '@switchyard/takeover';
import type { Context } from '../context.ts';
import { createSteps } from '../steps.ts';
import { removeObject, type Applied } from './apply.ts';
import { listInstallations } from './list-installations.ts';
import { readManifests } from './manifests.ts';
import { deployments, findResourceType, resourceDefinitions } from './resource-types.ts';
import { waitUntilGone } from './wait-for.ts';

/** How long each step of an uninstall may take. */
export interface UninstallOptions {
  readonly timeoutMs: number;
}

/**
 * Gives every Service of the namespace back, then removes what an installation made and what its manager made. Nothing to remove is fine.
 * Rejects with `cluster_refused`, naming them, where Services cannot be given back; then the manager stays.
 */
export async function uninstallNamespace(
  context: Context,
  client: KubeClient,
  { timeoutMs }: UninstallOptions,
): Promise<readonly Applied[]> {
  const { signal } = context.host;
  const [deployment, lease] = await Promise.all([client.get(deployments, managerName), client.get(leases, managerName)]);
  const released = deployment === undefined && lease === undefined ? [] : await release(context, client, { timeoutMs });
  const ended = await deleteIntercepts({ client }, signal);
  const objects = await readManifests('namespace', { namespace: client.namespace, image: undefined });
  const removed: Applied[] = [...released, ...ended.map((name) => toRemoved('Intercept', name))];
  // Pods say goodbye with rights, and under a Lease, that have to be there until they are gone.
  const programs = objects.filter(({ kind }) => kind === deployments.kind);
  for (const object of programs) removed.push(...(await removeObject(client, object, 'Foreground')));
  await waitForAll(context, client, 'waiting for the manager to end', { objects: programs, timeoutMs });
  const others = objects.filter((object) => !programs.includes(object));
  for (const object of others.toReversed()) removed.push(...(await removeObject(client, object, 'Background')));
  if (await client.delete(leases, managerName)) removed.push(toRemoved('Lease', managerName));
  return removed;
}

/** Removes the cluster's part. Rejects with `cluster_conflict` while a namespace has a manager, naming it. Nothing to remove is fine. */
export async function uninstallCluster(context: Context, client: KubeClient, { timeoutMs }: UninstallOptions): Promise<readonly Applied[]> {
  const used = (await listInstallations(client)).map(({ namespace }) => namespace);
  if (used.length > 0) {
    const [first = ''] = used;
    throw new InterceptError(
      'cluster_conflict',
      `${used.length === 1 ? 'A namespace still has a manager' : 'Namespaces still have a manager'}: ${used.join(', ')}.`,
      {
        hint: `Uninstall there first: intercept admin uninstall -n ${first}.`,
      },
    );
  }
  const objects = await readManifests('cluster', { namespace: client.namespace, image: undefined });
  const removed: Applied[] = [];
  for (const object of objects.toReversed()) removed.push(...(await removeObject(client, object, 'Background')));
  const definitions = objects.filter(({ kind }) => kind === resourceDefinitions.kind);
  await waitForAll(context, client, 'waiting for the resources to go', { objects: definitions, timeoutMs });
  return removed;
}

/** Waits until every one of these objects is gone, and says so meanwhile. */
async function waitForAll(
  { clock, log, output, host }: Context,
  client: KubeClient,
  about: string,
  { objects, timeoutMs }: { readonly objects: readonly KubeObject[]; readonly timeoutMs: number },
): Promise<void> {
  const stopWaiting = output.wait(about);
  try {
    for (const object of objects) {
      const gone = { type: findResourceType(object), name: object.metadata.name };
      await waitUntilGone({ clock, log, client }, gone, { timeoutMs, signal: host.signal });
    }
  } finally {
    stopWaiting();
  }
}

async function release(context: Context, client: KubeClient, { timeoutMs }: UninstallOptions): Promise<readonly Applied[]> {
  const { clock, log, output, host } = context;
  const steps = createSteps(output);
  steps.begin('giving the services back');
  const onStep = (step: ReleaseStep): void => steps.begin(toText(step));
  try {
    const { services } = await releaseNamespace({ clock, log, client }, { timeoutMs, signal: host.signal, onStep });
    const failed = services.flatMap((each) => (each.t === 'failed' ? [each] : []));
    if (failed.length > 0) {
      throw new InterceptError(
        'cluster_refused',
        `These services cannot be given back: ${failed.map(({ service, error }) => `${service} (${error.message})`).join(', ')}.`,
        {
          hint: 'The manager stays. Do what the reasons say, then run it again.',
        },
      );
    }
    return services.map(({ service }) => ({ kind: 'Service', name: service, action: 'given back' }));
  } finally {
    steps.end();
  }
}

const why = { 'no-leader': 'no manager lives', stalled: 'the manager does not get on', 'timed-out': 'the manager takes too long' } as const;

function toText(step: ReleaseStep): string {
  switch (step.t) {
    case 'waiting':
      return `the manager gives ${step.held} ${step.held === 1 ? 'service' : 'services'} back`;
    case 'lingering':
      return 'the services are given back; waiting for their last connections';
    case 'restoring':
      return `giving the services back without the manager, as ${why[step.why]}`;
  }
}

function toRemoved(kind: string, name: string): Applied {
  return { kind, name, action: 'removed' };
}
