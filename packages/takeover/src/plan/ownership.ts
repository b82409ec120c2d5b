import { fieldManager, type FieldTree, type ManagedFieldsEntry } from '@switchyard/kube';
import { intersect, subtract, unite } from './field-set.ts';

/** Whether `entry` says what we own. */
export function isOurEntry({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === fieldManager && operation === 'Update' && (subresource ?? '') === '';
}

/**
 * Who owns which field once we own none: our entry goes, and of the fields in it each manager gets back those that it had in `saved`. What
 * somebody took from us meanwhile stays theirs, as it is not in our entry any more; but of `undone`, the fields that have the value of
 * before, only by an apply: whoever updates a field to what it is anyway does not come to own it. Where nobody wrote meanwhile, the answer
 * is `saved`, times included.
 */
export function giveOwnershipBack(
  current: readonly ManagedFieldsEntry[],
  saved: readonly ManagedFieldsEntry[],
  undone: FieldTree | undefined,
): readonly ManagedFieldsEntry[] {
  const taken = unite(toTaken(current), undone);
  const others = current.filter((entry) => !isOurEntry(entry));
  const savedByOwner = new Map(saved.filter((entry) => !isOurEntry(entry)).map((entry) => [toOwner(entry), entry]));
  const kept = others.flatMap((entry) =>
    withFields(
      entry,
      unite(
        entry.operation === 'Apply' ? entry.fieldsV1 : subtract(entry.fieldsV1, undone),
        intersect(savedByOwner.get(toOwner(entry))?.fieldsV1, taken),
      ),
    ),
  );
  for (const entry of others) savedByOwner.delete(toOwner(entry));
  // A manager that owned nothing but what we took has no entry left.
  const returned = [...savedByOwner.values()].flatMap((entry) => withFields(entry, intersect(entry.fieldsV1, taken)));
  return [...kept, ...returned];
}

/** The fields of the spec that are ours; never our annotation, which nobody owned before. */
function toTaken(current: readonly ManagedFieldsEntry[]): FieldTree | undefined {
  const spec = current.find(isOurEntry)?.fieldsV1?.['f:spec'];
  return spec === undefined ? undefined : { 'f:spec': spec };
}

function toOwner({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  return JSON.stringify([manager, operation, apiVersion, subresource ?? '']);
}

/** An entry without any field is none. */
function withFields(entry: ManagedFieldsEntry, fieldsV1: FieldTree | undefined): readonly ManagedFieldsEntry[] {
  return fieldsV1 === undefined ? [] : [{ ...entry, fieldsV1 }];
}
