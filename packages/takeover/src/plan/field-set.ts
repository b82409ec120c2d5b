import type { FieldTree } from '@switchyard/kube';

/**
 * Sets of fields as the API server writes them: an empty object is a member; a member that has members below it carries `.`. All functions
 * keep that form, and answer undefined for the empty set.
 */

/** What is in `a` or in `b`. */
export function unite(a: FieldTree | undefined, b: FieldTree | undefined): FieldTree | undefined {
  return combine(a, b, (inA, inB) => inA || inB);
}

/** What is in both. */
export function intersect(a: FieldTree | undefined, b: FieldTree | undefined): FieldTree | undefined {
  return combine(a, b, (inA, inB) => inA && inB);
}

/** What is in `a` and not in `b`. */
export function subtract(a: FieldTree | undefined, b: FieldTree | undefined): FieldTree | undefined {
  return combine(a, b, (inA, inB) => inA && !inB);
}

type Keep = (inA: boolean, inB: boolean) => boolean;

function combine(a: FieldTree | undefined, b: FieldTree | undefined, keep: Keep): FieldTree | undefined {
  const children = toChildren(a, b, keep);
  return children.length === 0 ? undefined : Object.fromEntries(children);
}

function toChildren(a: FieldTree | undefined, b: FieldTree | undefined, keep: Keep): readonly [string, FieldTree][] {
  const names = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
  names.delete('.');
  return [...names].flatMap((name): [string, FieldTree][] => {
    const below = toChildren(a?.[name], b?.[name], keep);
    const isMember = keep(holdsItself(a?.[name]), holdsItself(b?.[name]));
    if (below.length === 0) return isMember ? [[name, {}]] : [];
    return [[name, Object.fromEntries(isMember ? [['.', {}], ...below] : below)]];
  });
}

function holdsItself(node: FieldTree | undefined): boolean {
  return node !== undefined && ('.' in node || Object.keys(node).length === 0);
}
