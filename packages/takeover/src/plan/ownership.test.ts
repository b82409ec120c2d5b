import { fieldManager, type FieldTree, type ManagedFieldsEntry } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { giveOwnershipBack } from './ownership.ts';

function entry(manager: string, fieldsV1: FieldTree, time = 't1', more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry {
  return { manager, operation: 'Update', apiVersion: 'v1', time, fieldsType: 'FieldsV1', fieldsV1, ...more };
}

const selector: FieldTree = { 'f:spec': { 'f:selector': {} } };
const ours = entry(fieldManager, { 'f:metadata': { 'f:annotations': { 'f:switchyard.dev/original': {} } }, ...selector }, 't9');

test('where nobody wrote meanwhile, everything is as it was', () => {
  const saved = [entry('helm', { 'f:spec': { 'f:selector': {}, 'f:type': {} } }, 't1', { operation: 'Apply' })];
  const current = [entry('helm', { 'f:spec': { 'f:type': {} } }, 't1', { operation: 'Apply' }), ours];
  expect(giveOwnershipBack(current, saved, undefined)).toEqual(saved);
});

test('a manager that owned nothing but what we took comes back', () => {
  const saved = [entry('selector-owner', selector)];
  expect(giveOwnershipBack([ours], saved, undefined)).toEqual(saved);
});

test('what somebody took from us stays theirs', () => {
  const theirs = entry('somebody', selector, 't5');
  const without = entry(fieldManager, { 'f:spec': { 'f:type': {} } });
  expect(giveOwnershipBack([theirs, without], [entry('helm', selector)], undefined)).toEqual([theirs]);
});

test('what somebody else took is not given back to a manager that still owns other fields', () => {
  const saved = [entry('helm', { 'f:spec': { 'f:selector': {}, 'f:type': {} } })];
  const current = [
    entry('helm', { 'f:spec': { 'f:type': {} } }),
    entry('somebody', selector, 't5'),
    entry(fieldManager, { 'f:spec': { 'f:ports': {} } }),
  ];
  expect(giveOwnershipBack(current, saved, undefined)).toEqual(current.slice(0, 2));
});

test('a later write of a manager keeps its fields and time', () => {
  const saved = [entry('helm', selector)];
  const current = [entry('helm', { 'f:metadata': { 'f:labels': { 'f:a': {} } } }, 't5'), ours];
  expect(giveOwnershipBack(current, saved, undefined)).toEqual([
    entry('helm', { 'f:metadata': { 'f:labels': { 'f:a': {} } }, ...selector }, 't5'),
  ]);
});

test('entries of one manager by operation and subresource are different owners', () => {
  const saved = [entry('kubectl', selector, 't1', { operation: 'Apply' })];
  const status = entry('kubectl', { 'f:status': { 'f:loadBalancer': {} } }, 't2', { subresource: 'status' });
  expect(giveOwnershipBack([status, ours], saved, undefined)).toEqual([status, ...saved]);
});

test('nobody gets our annotation, even who once applied it by mistake', () => {
  const saved = [entry('helm', { 'f:metadata': { 'f:annotations': { 'f:switchyard.dev/original': {} } }, ...selector })];
  expect(giveOwnershipBack([ours], saved, undefined)).toEqual([entry('helm', selector)]);
});

test('whoever writes the value of before owns nothing by it, unless they apply it', () => {
  const rest = entry(fieldManager, { 'f:spec': { 'f:ports': {} } });
  const saved = [entry('helm', selector)];
  const edited = entry('kubectl-edit', { 'f:spec': { 'f:selector': {}, 'f:type': {} } }, 't5');
  expect(giveOwnershipBack([edited, rest], saved, selector)).toEqual([
    entry('kubectl-edit', { 'f:spec': { 'f:type': {} } }, 't5'),
    ...saved,
  ]);
  expect(giveOwnershipBack([entry('kubectl-edit', selector, 't5'), rest], saved, selector)).toEqual(saved);
  const applied = entry('gitops', selector, 't5', { operation: 'Apply' });
  expect(giveOwnershipBack([applied, rest], saved, selector)).toEqual([applied, ...saved]);
});

test('an owner of before who writes it again keeps it', () => {
  const rest = entry(fieldManager, { 'f:spec': { 'f:ports': {} } });
  expect(giveOwnershipBack([entry('helm', selector, 't5'), rest], [entry('helm', selector)], selector)).toEqual([
    entry('helm', selector, 't5'),
  ]);
});
