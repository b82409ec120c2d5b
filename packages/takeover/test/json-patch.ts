import type { PatchOperation } from '@switchyard/kube';

type Container = Record<string, unknown>;

/** `object` after `operations` (RFC 6902); undefined where a test failed. Throws where a path does not exist. */
export function applyJsonPatch(object: object, operations: readonly PatchOperation[]): object | undefined {
  const result = structuredClone(object) as Container;
  for (const operation of operations) {
    const names = operation.path
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop() ?? '';
    const parent = names.reduce<Container>((node, name) => enter(node, name, operation.path), result);
    if (operation.op === 'test') {
      if (JSON.stringify(parent[last]) !== JSON.stringify(operation.value)) return undefined;
      continue;
    }
    if (operation.op !== 'add') enter(parent, last, operation.path);
    if (operation.op === 'remove') delete parent[last];
    else parent[last] = structuredClone(operation.value);
  }
  return result;
}

function enter(node: Container, name: string, path: string): Container {
  const child = node[name];
  if (child === undefined) throw new Error(`${path} does not exist`);
  return child as Container;
}
