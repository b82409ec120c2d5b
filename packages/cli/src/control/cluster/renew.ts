import { InterceptError, type Clock, type InterceptInfo, type Log } from '@switchyard/contract';
import { intercepts, toLifetimeSeconds, watchObject, type Intercept, type PatchOperation, type KubeClient } from '@switchyard/kube';
import { cliLimits } from '../../limits.ts';
import { findCondition, toControlledIntercept } from './intercept-object.ts';

/** What a renewal needs. */
export interface RenewDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
}

/** How often the object may change under our hands before that is said. */
const attempts = 5;

/** The count that asks for one more renewal than the manager has carried out. */
export function toNextRenewal({ spec, status }: Intercept): number {
  return Math.max(spec.renewals ?? 0, status?.renewals ?? 0) + 1;
}

/** Throws `not_allowed` where `object` waits for an approval: its life begins with that, and who approves is to find what they were asked for. */
export function refuseUnapproved(object: Intercept): void {
  if (findCondition(object, 'Accepted')?.reason !== 'ApprovalPending') return;
  const { name } = object.metadata;
  throw new InterceptError(
    'not_allowed',
    `The intercept ${name} waits for an approval, and lives from then on: there is nothing to renew yet.`,
    {
      hint: `Somebody who may do so approves it: intercept admin approve ${name}. To ask for another lifetime, run it again with --lifetime.`,
    },
  );
}

/**
 * Asks for another lifetime of `object` (undefined: as long as before) and waits until the manager grants it. Rejects with
 * `intercept_not_found` where it is gone, `version_mismatch` where the cluster is too old for it, and `upstream_timeout`.
 */
export async function renewObject(deps: RenewDeps, object: Intercept, lifetimeMs: number | undefined): Promise<InterceptInfo> {
  const asked = await askForRenewal(deps.client, object, lifetimeMs);
  const renewal = asked.spec.renewals;
  if (renewal === undefined) throw toOld();
  return untilGranted(deps, asked, renewal);
}

async function askForRenewal(client: KubeClient, object: Intercept, lifetimeMs: number | undefined): Promise<Intercept> {
  const { name } = object.metadata;
  for (let attempt = 1, found: Intercept | undefined = object; ; attempt++) {
    if (found === undefined || found.metadata.uid !== object.metadata.uid) throw toGone(name);
    try {
      return await client.patch(intercepts, name, { t: 'json', operations: toOperations(found, lifetimeMs) });
    } catch (reason) {
      if (!isOvertaken(reason) || attempt === attempts) throw reason;
    }
    found = await client.get(intercepts, name);
  }
}

function toOperations(object: Intercept, lifetimeMs: number | undefined): readonly PatchOperation[] {
  const seconds = lifetimeMs === undefined ? undefined : toLifetimeSeconds(lifetimeMs);
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
    { op: 'add', path: '/spec/renewals', value: toNextRenewal(object) },
    ...(seconds === undefined ? [] : [{ op: 'add', path: '/spec/lifetimeSeconds', value: seconds } as const]),
  ];
}

async function untilGranted(deps: RenewDeps, asked: Intercept, renewal: number): Promise<InterceptInfo> {
  const { name, uid } = asked.metadata;
  const stop = new AbortController();
  const deadline = deps.clock.after(cliLimits.renewMs.value, () => stop.abort());
  try {
    for await (const seen of watchObject(deps, intercepts, name, { signal: stop.signal })) {
      if (seen === undefined || seen.metadata.uid !== uid) throw toGone(name);
      const info = (seen.status?.renewals ?? 0) >= renewal ? toControlledIntercept(seen) : undefined;
      if (info !== undefined) return info;
    }
  } finally {
    deadline.cancel();
    stop.abort();
  }
  throw new InterceptError('upstream_timeout', `The manager has not taken notice of the renewal of ${name}.`, {
    hint: 'See whether it runs: intercept doctor. It renews it once it does; one of an older version never will.',
  });
}

function toGone(name: string): InterceptError {
  return new InterceptError('intercept_not_found', `The intercept ${name} is gone.`, { hint: 'Run it again.' });
}

/** An API server drops in silence what an older definition of the resource does not know. */
function toOld(): InterceptError {
  return new InterceptError('version_mismatch', 'The Switchyard of this cluster is older and knows no renewals.', {
    hint: 'Run the intercept again, or ask an administrator of the cluster to upgrade it.',
  });
}

/** Somebody wrote the object between our look and our patch. */
function isOvertaken(reason: unknown): boolean {
  return reason instanceof InterceptError && (reason.code === 'cluster_conflict' || reason.code === 'cluster_refused');
}
