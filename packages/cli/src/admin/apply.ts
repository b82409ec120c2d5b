import { InterceptError } from '@switchyard/contract';
import { fieldManager, type KubeClient, type KubeObject } from '@switchyard/kube';
import { findResourceType } from './resource-types.ts';

/** What became of one object of a manifest. */
export interface Applied {
  readonly kind: string;
  readonly name: string;
  readonly action: 'created' | 'changed' | 'unchanged' | 'removed' | 'given back';
}

/** Makes an object as its manifest says, by server-side apply; a dry run stores nothing. */
export async function applyObject(client: KubeClient, object: KubeObject, dryRun: boolean): Promise<Applied> {
  const type = findResourceType(object);
  const { kind, metadata } = object;
  const before = await client.get(type, metadata.name);
  const after = await client.patch(type, metadata.name, { t: 'apply', object }, { fieldManager, dryRun }).catch((reason: unknown) => {
    if (dryRun && lacksItsRole(object, reason)) return undefined;
    throw reason;
  });
  const same =
    before?.metadata.resourceVersion === after?.metadata.resourceVersion && before?.metadata.generation === after?.metadata.generation;
  return { kind, name: metadata.name, action: before === undefined ? 'created' : same ? 'unchanged' : 'changed' };
}

/**
 * A dry run stores no Role that its binding could be checked against. Whether the person may make the binding at all is looked at before
 * that.
 */
function lacksItsRole({ kind }: KubeObject, reason: unknown): boolean {
  return kind === 'RoleBinding' && reason instanceof InterceptError && reason.code === 'cluster_not_found';
}

/** Removes an object of a manifest; empty where it was not there. */
export async function removeObject(
  client: KubeClient,
  object: KubeObject,
  propagation: 'Background' | 'Foreground',
): Promise<readonly Applied[]> {
  const { kind, metadata } = object;
  const removed = await client.delete(findResourceType(object), metadata.name, { propagation });
  return removed ? [{ kind, name: metadata.name, action: 'removed' }] : [];
}
