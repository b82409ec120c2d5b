import { InterceptError, type Clock } from '@switchyard/contract';
import { intercepts, type Intercept, type KubeClient } from '@switchyard/kube';
import { cliLimits } from '../../limits.ts';
import { refuseKnownConflict } from '../../routed-service.ts';
import { isDeepStrictEqual } from 'node:util';
import { toControlledIntercept } from './intercept-object.ts';
import { toNextRenewal } from './renew.ts';

/** How often the object may change under our hands before that is said. */
const attempts = 5;

/**
 * Makes the object that asks for an intercept, or takes over what a process of the same person left behind. Rejects with `route_conflict`,
 * naming the owner or the machine of a live twin, and with what the API server refuses.
 */
export async function claimIntercept(client: KubeClient, wanted: Intercept): Promise<Intercept> {
  const made = await makeOrTakeOver(client, wanted);
  if (!isCutDown(made, wanted)) return made;
  await client.delete(intercepts, made.metadata.name, made.metadata.uid === undefined ? {} : { uid: made.metadata.uid });
  throw toCutDown();
}

async function makeOrTakeOver(client: KubeClient, wanted: Intercept): Promise<Intercept> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.create(intercepts, wanted);
    } catch (reason) {
      if (!isConflict(reason) || attempt === attempts) throw reason;
    }
    const taken = await takeOver(client, wanted);
    if (taken !== undefined) return taken;
  }
}

/**
 * Asks the API server whether it would let the person make the object, with all its policies. Makes nothing. Rejects with what it refuses.
 */
export async function rehearseClaim(client: KubeClient, wanted: Intercept): Promise<void> {
  try {
    const made = await client.create(intercepts, wanted, { dryRun: true });
    if (isCutDown(made, wanted)) throw toCutDown();
  } catch (reason) {
    // Whose it is, is a question for later: rights are looked at first.
    if (!isConflict(reason)) throw reason;
  }
}

/**
 * An API server drops in silence what an older definition of the resource does not know. Without its conditions an intercept takes too
 * much.
 */
function isCutDown(made: Intercept, wanted: Intercept): boolean {
  return (made.spec.match?.length ?? 0) !== (wanted.spec.match?.length ?? 0);
}

function toCutDown(): InterceptError {
  return new InterceptError('version_mismatch', 'The Switchyard of this cluster is older and knows no conditions beside a key.', {
    hint: 'Leave the conditions out, or ask an administrator of the cluster to upgrade it.',
  });
}

/** Undefined where the object changed or went meanwhile, so that it has to be looked at again. */
async function takeOver(client: KubeClient, wanted: Intercept): Promise<Intercept | undefined> {
  const found = await client.get(intercepts, wanted.metadata.name);
  if (found === undefined) return undefined;
  refuseTaken(found, wanted);
  if (wanted.spec.key === undefined && !isDeepStrictEqual(found.spec.match, wanted.spec.match)) {
    // What it matches cannot change there: a share may have become another one.
    await client.delete(intercepts, wanted.metadata.name, { uid: found.metadata.uid, resourceVersion: found.metadata.resourceVersion });
    return undefined;
  }
  const operations = [
    { op: 'test', path: '/metadata/resourceVersion', value: found.metadata.resourceVersion },
    // It is another run, with a lifetime of its own.
    { op: 'replace', path: '/spec', value: { ...wanted.spec, renewals: toNextRenewal(found) } },
  ] as const;
  try {
    return await client.patch(intercepts, wanted.metadata.name, { t: 'json', operations });
  } catch (reason) {
    if (isConflict(reason) || isChanged(reason)) return undefined;
    throw reason;
  }
}

/** An object that this version does not understand is nobody's that could be named: whether it may be replaced, the API server says. */
function refuseTaken(found: Intercept, wanted: Intercept): void {
  const [theirs, ours] = [toControlledIntercept(found), toControlledIntercept(wanted)];
  // Its name is taken, even where it is refused.
  if (theirs !== undefined && ours !== undefined) refuseKnownConflict([{ ...theirs, waiting: undefined }], ours);
}

/**
 * Removes the object that we made, and no other of its name. That it is gone, or cannot be removed in time, is no failure of the caller:
 * the manager removes it as well, at the session's goodbye.
 */
export async function releaseIntercept(clock: Clock, client: KubeClient, { metadata: { name, uid } }: Intercept): Promise<void> {
  const late = new AbortController();
  const deadline = clock.after(cliLimits.releaseMs.value, () => late.abort(new InterceptError('canceled', 'The removal took too long.')));
  await client.delete(intercepts, name, { uid, signal: late.signal }).catch(() => false);
  deadline.cancel();
}

function isConflict(reason: unknown): boolean {
  return reason instanceof InterceptError && reason.code === 'cluster_conflict';
}

/** A failed `test` of a patch, or the object that went between two calls. */
function isChanged(reason: unknown): boolean {
  return reason instanceof InterceptError && (reason.code === 'cluster_refused' || reason.code === 'cluster_not_found');
}
