import type { FieldTree, Service } from '@switchyard/kube';

/** A set of fields as plain paths: a second, simple reading of what the sources do on trees. */
export type FieldPaths = ReadonlySet<string>;

const separator = '\n';

/** The members of `tree`. */
export function toPaths(tree: FieldTree | undefined): Set<string> {
  const paths = new Set<string>();
  const walk = (node: FieldTree, path: readonly string[]): void => {
    const names = Object.keys(node);
    if (path.length > 0 && (names.length === 0 || names.includes('.'))) paths.add(path.join(separator));
    for (const [name, child] of Object.entries(node)) if (name !== '.') walk(child, [...path, name]);
  };
  walk(tree ?? {}, []);
  return paths;
}

/** The tree of `paths`, names sorted. */
export function toTree(paths: FieldPaths): FieldTree {
  interface Node {
    [name: string]: Node;
  }
  const root: Node = {};
  const sorted = [...paths].toSorted();
  for (const path of sorted) {
    let node = root;
    for (const name of path.split(separator)) node = node[name] ??= {};
    if (sorted.some((other) => other.startsWith(path + separator))) node['.'] ??= {};
  }
  return root;
}

/** Every field of `service` that somebody can own, with its value. */
export function toFields({ metadata, spec }: Service): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const put = (path: readonly string[], value: unknown): void => void fields.set(path.join(separator), JSON.stringify(value));
  for (const field of ['labels', 'annotations'] as const) {
    const map = metadata[field] ?? {};
    if (Object.keys(map).length > 0) put(['f:metadata', `f:${field}`], 'map');
    for (const [name, value] of Object.entries(map)) put(['f:metadata', `f:${field}`, `f:${name}`], value);
  }
  for (const [name, value] of Object.entries(spec)) if (name !== 'ports') put(['f:spec', `f:${name}`], value);
  if (spec.ports !== undefined) put(['f:spec', 'f:ports'], 'list');
  for (const port of spec.ports ?? []) {
    const key = `k:${JSON.stringify({ port: port.port, protocol: port.protocol ?? 'TCP' })}`;
    put(['f:spec', 'f:ports', key], 'item');
    for (const [name, value] of Object.entries(port)) put(['f:spec', 'f:ports', key, `f:${name}`], value);
  }
  return fields;
}
