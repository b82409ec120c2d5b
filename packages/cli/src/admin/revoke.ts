import { InterceptError, type Clock, type ServiceName } from '@switchyard/contract';
import { intercepts, revokedAnnotation, toRevocationText, type Intercept, type KubeClient, type Revocation } from '@switchyard/kube';
import { sleep } from '@switchyard/runtime';
import { cliLimits } from '../limits.ts';
import { inBatches } from './in-batches.ts';

/** Which intercepts are meant: those of the names, or all that a user and a service have in common. */
export type Selection =
  | { readonly t: 'named'; readonly names: readonly string[] }
  | { readonly t: 'filtered'; readonly user: string | undefined; readonly service: ServiceName | undefined };

/** The intercepts that `selection` means, by name. Throws `intercept_not_found`, naming those that are not there. */
export function select(objects: readonly Intercept[], selection: Selection): readonly Intercept[] {
  const sorted = objects.toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  if (selection.t === 'filtered') {
    const { user, service } = selection;
    return sorted.filter(
      ({ spec }) => (user === undefined || spec.owner.user === user) && (service === undefined || spec.service === service),
    );
  }
  const known = new Set(sorted.map(({ metadata }) => metadata.name));
  const missing = selection.names.filter((name) => !known.has(name));
  if (missing.length === 0) return sorted.filter(({ metadata }) => selection.names.includes(metadata.name));
  throw new InterceptError('intercept_not_found', `This namespace has no intercept ${missing.join(', ')}.`, {
    hint: 'See `intercept list`; an intercept is named SERVICE.PORT.KEY.',
  });
}

/** How revoking is done. */
export interface RevokeOptions {
  readonly revocation: Revocation;
  /** Only ask the API server whether it would be allowed. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * Ends `objects` in their owners' place. Each is marked first, for its manager to end it and to tell the owner who did it and why; what no
 * manager ended in time is removed. Rejects with `not_allowed` before anything is marked where the right is missing.
 */
export async function revoke(
  { client, clock }: { readonly client: KubeClient; readonly clock: Clock },
  objects: readonly Intercept[],
  { revocation, dryRun, signal }: RevokeOptions,
): Promise<void> {
  const [first] = objects;
  if (first === undefined) return;
  await mark(client, first, revocation, true);
  if (dryRun) return;
  await inBatches(objects, (object) => mark(client, object, revocation, false));
  const deadlineMs = clock.now() + cliLimits.revokeMs.value;
  let left = objects;
  while (left.length > 0 && clock.now() < deadlineMs) {
    await sleep(clock, cliLimits.revokeLookMs.value, signal);
    left = await findLeft(client, objects);
  }
  await inBatches(left, ({ metadata: { name, uid } }) => unlessGone(client.delete(intercepts, name, { uid })));
}

async function mark(client: KubeClient, { metadata: { name, uid } }: Intercept, revocation: Revocation, dryRun: boolean): Promise<void> {
  const change = { metadata: { uid, annotations: { [revokedAnnotation]: toRevocationText(revocation) } } };
  await unlessGone(client.patch(intercepts, name, { t: 'merge', change }, { dryRun }));
}

/** One that is gone, or is another one of its name by now, is no longer meant. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (reason) {
    const { code } = InterceptError.from(reason);
    if (code !== 'cluster_conflict' && code !== 'cluster_not_found') throw reason;
  }
}

async function findLeft(client: KubeClient, objects: readonly Intercept[]): Promise<readonly Intercept[]> {
  const uids = new Set((await client.list(intercepts)).items.map(({ metadata }) => metadata.uid));
  return objects.filter(({ metadata }) => uids.has(metadata.uid));
}
