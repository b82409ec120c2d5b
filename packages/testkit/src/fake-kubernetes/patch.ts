import { isDeepStrictEqual } from 'node:util';
import { FakeFailure } from './status.ts';

type Node = Record<string, unknown> | unknown[];

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Applies an RFC 6902 patch to a copy of `document`. Throws 422 where an operation fails, a `test` among them, as an API server does. */
export function applyJsonPatch(document: object, operations: unknown): object {
  if (!Array.isArray(operations)) throw new FakeFailure(400, 'BadRequest', 'error decoding patch: not an array');
  const root = { document: structuredClone(document) };
  for (const operation of operations as readonly Operation[]) applyOperation(root, operation);
  return root.document;
}

function applyOperation(root: object, { op, path, from, value }: Operation): void {
  const place = find(root, path);
  switch (op) {
    case 'test':
      if (!isDeepStrictEqual(read(place), value)) throw failed();
      return;
    case 'add':
      return write(place, structuredClone(value), true);
    case 'replace':
      read(place);
      return write(place, structuredClone(value), false);
    case 'remove':
      return remove(place);
    case 'copy':
      return write(place, structuredClone(read(find(root, from ?? ''))), true);
    case 'move': {
      const source = find(root, from ?? '');
      const moved = read(source);
      remove(source);
      return write(find(root, path), moved, true);
    }
    default:
      throw new FakeFailure(400, 'BadRequest', `Unexpected kind: ${op}`);
  }
}

/** An API server says no more than this. */
function failed(): FakeFailure {
  return new FakeFailure(422, 'Invalid', 'the server rejected our request due to an error in our request');
}

interface Place {
  readonly parent: Node;
  readonly key: string;
}

/** Walks a JSON pointer to the parent of what it names. */
function find(root: object, pointer: string): Place {
  const keys = ['document', ...pointer.split('/').slice(1)].map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let parent = root as Node;
  for (const key of keys) {
    const next = read({ parent, key });
    if (typeof next !== 'object' || next === null) throw failed();
    parent = next as Node;
  }
  return { parent, key: last };
}

function read({ parent, key }: Place): unknown {
  if (!Object.hasOwn(parent, key)) throw failed();
  return (parent as Record<string, unknown>)[key];
}

function write({ parent, key }: Place, value: unknown, insert: boolean): void {
  if (!Array.isArray(parent)) {
    parent[key] = value;
    return;
  }
  const index = key === '-' ? parent.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > parent.length) throw failed();
  parent.splice(index, insert ? 0 : 1, value);
}

function remove(place: Place): void {
  read(place);
  if (Array.isArray(place.parent)) place.parent.splice(Number(place.key), 1);
  else delete place.parent[place.key];
}

/** Applies an RFC 7396 patch: null removes, objects merge, anything else replaces. */
export function applyMergePatch(document: unknown, change: unknown): unknown {
  if (!isPlainObject(change)) return structuredClone(change);
  const merged: Record<string, unknown> = isPlainObject(document) ? { ...document } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = applyMergePatch(merged[key], value);
  }
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
