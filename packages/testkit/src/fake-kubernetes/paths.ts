import type { FakeType } from './object.ts';

/** What a request's path points at. */
export interface FakeTarget extends FakeType {
  /** `v1`, `GROUP/VERSION`. */
  readonly apiVersion: string;
  /** Undefined for objects of the cluster, and for lists over all namespaces. */
  readonly namespace: string | undefined;
  /** Undefined for collections. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const ofNamespaces: ReadonlySet<string> = new Set(['status', 'finalize']);

/** Reads the paths of resources, as `/api/v1/...` and `/apis/GROUP/VERSION/...`. Undefined: no such path. */
export function parsePath(path: string): FakeTarget | undefined {
  const [, root, ...parts] = path.split('/').map(decodeURIComponent);
  const group = root === 'apis' ? parts.shift() : '';
  const version = parts.shift();
  if ((root !== 'api' && root !== 'apis') || group === undefined || version === undefined) return undefined;

  let namespace: string | undefined;
  const [first, second, third] = parts;
  // `namespaces/NAME` and its subresources are the namespace itself; anything longer lies in it.
  if (first === 'namespaces' && second !== undefined && third !== undefined && !ofNamespaces.has(third)) {
    namespace = second;
    parts.splice(0, 2);
  }
  const [plural, name, subresource, ...rest] = parts;
  if (plural === undefined || plural === '' || rest.length > 0) return undefined;
  return { group, apiVersion: group === '' ? version : `${group}/${version}`, plural, namespace, name, subresource };
}
