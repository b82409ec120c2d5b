import type { KubeClient, KubeObject } from '@switchyard/kube';
import { fieldManager } from '@switchyard/kube';
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
  const after = await client.patch(type, metadata.name, { t: 'apply', object }, { fieldManager, dryRun });
  const same =
    before?.metadata.resourceVersion === after.metadata.resourceVersion && before?.metadata.generation === after.metadata.generation;
  return { kind, name: metadata.name, action: before === undefined ? 'created' : same ? 'unchanged' : 'changed' };
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
