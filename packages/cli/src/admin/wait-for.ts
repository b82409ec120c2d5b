import { formatDuration } from '@switchyard/config';
import { InterceptError, type Clock, type Log } from '@switchyard/contract';
import { managerName, watchObject, type KubeClient, type KubeObject, type ResourceType } from '@switchyard/kube';
import { toAbortError } from '@switchyard/runtime';
import { deployments, resourceDefinitions, startingPods, type Deployment } from './resource-types.ts';

/** What a wait needs. */
export interface WaitDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
}

/** How long, and who may give up. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until the manager's Deployment has only ready pods of its newest kind. Rejects with `upstream_timeout`, naming what keeps its pods.
 */
export async function waitForManager(deps: WaitDeps, options: WaitOptions): Promise<void> {
  const found = await waitForObject(deps, { type: deployments, name: managerName, isThere: isReady }, options);
  if (found) return;
  const reason = await findReason(deps.client);
  throw new InterceptError(
    'upstream_timeout',
    `The manager of the namespace ${deps.client.namespace} is not ready after ${formatDuration(options.timeoutMs)}: ${reason}.`,
    {
      hint: `See kubectl describe pods -n ${deps.client.namespace} -l app.kubernetes.io/component=manager, or wait longer with --timeout.`,
    },
  );
}

/** Waits until the API server serves a resource definition. Rejects with `upstream_timeout`. */
export async function waitForDefinition(deps: WaitDeps, name: string, options: WaitOptions): Promise<void> {
  const wanted = {
    type: resourceDefinitions,
    name,
    isThere: (object: (KubeObject & { status?: { conditions?: readonly { type: string; status: string }[] } }) | undefined) =>
      object?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false,
  };
  if (await waitForObject(deps, wanted, options)) return;
  throw new InterceptError('upstream_timeout', `The API server does not serve ${name} after ${formatDuration(options.timeoutMs)}.`, {
    hint: 'Run it again: what is there already stays.',
  });
}

/** Waits until an object is gone. Rejects with `upstream_timeout`. */
export async function waitUntilGone(
  deps: WaitDeps,
  { type, name }: { readonly type: ResourceType; readonly name: string },
  options: WaitOptions,
): Promise<void> {
  if (await waitForObject(deps, { type, name, isThere: (object) => object === undefined }, options)) return;
  throw new InterceptError('upstream_timeout', `${type.kind} ${name} is still being removed after ${formatDuration(options.timeoutMs)}.`, {
    hint: 'Run it again to finish.',
  });
}

interface Awaited<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly name: string;
  readonly isThere: (object: T | undefined) => boolean;
}

/** False when the time was over first. */
async function waitForObject<T extends KubeObject>(
  deps: WaitDeps,
  { type, name, isThere }: Awaited<T>,
  { timeoutMs, signal }: WaitOptions,
): Promise<boolean> {
  const over = new AbortController();
  const deadline = deps.clock.after(timeoutMs, () => over.abort(new InterceptError('canceled', 'The time is over.')));
  try {
    for await (const object of watchObject(deps, type, name, { signal: AbortSignal.any([signal, over.signal]) })) {
      if (isThere(object)) return true;
    }
  } catch (reason) {
    if (!over.signal.aborted) throw reason;
  } finally {
    deadline.cancel();
  }
  if (signal.aborted) throw toAbortError(signal);
  return false;
}

function isReady(deployment: Deployment | undefined): boolean {
  const { metadata, spec, status } = deployment ?? {};
  const replicas = spec?.replicas ?? 1;
  return (
    status !== undefined &&
    (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    (status.availableReplicas ?? 0) >= replicas
  );
}

async function findReason(client: KubeClient): Promise<string> {
  const { items } = await client.list(startingPods, { labelSelector: 'app.kubernetes.io/component=manager' });
  const waiting = items.flatMap(({ status }) => status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting ?? []);
  const [first] = waiting;
  if (first?.reason !== undefined) return first.message === undefined ? first.reason : `${first.reason} (${first.message})`;
  return items.length === 0 ? 'no pod of it was made' : 'its pod is not ready';
}
