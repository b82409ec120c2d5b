import type { ResourceType } from '../resources/meta.ts';

/** What a path leads to. */
export interface ResourcePlace {
  /** Left out for types of the cluster. */
  readonly namespace: string;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The path of a collection, an object or a subresource. */
export function toPath({ group, version, plural, namespaced }: ResourceType, { namespace, name, subresource }: ResourcePlace): string {
  const root = group === '' ? ['api', version] : ['apis', group, version];
  const scope = namespaced ? ['namespaces', namespace] : [];
  const object = [name, subresource].filter((part) => part !== undefined);
  return [...root, ...scope, plural, ...object].map((part) => `/${encodeURIComponent(part)}`).join('');
}

/** A query of what is defined; empty where nothing is. */
export function toQuery(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
