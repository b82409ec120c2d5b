import { routerSelector, type OriginalService } from '@switchyard/kube';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeoverLimits } from '../limits.ts';
import { parseOriginal } from './parse-original.ts';

const record: OriginalService = {
  uid: 'u',
  selector: { app: 'web' },
  ports: [
    { port: 80, targetPort: 'web', routerPort: 10_000 },
    { port: 81, routerPort: 10_001 },
  ],
  managedFields: [
    { manager: 'helm', operation: 'Apply', apiVersion: 'v1', time: 't', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { 'f:type': {} } } },
  ],
};

function parse(change: object): OriginalService | undefined {
  return parseOriginal(JSON.stringify({ ...record, ...change }));
}

test('what was written is read', () => {
  expect(parse({})).toEqual(record);
  expect(parse({ later: 1 })).toEqual(record);
});

const wrong: readonly object[] = [
  { uid: 1 },
  { selector: null },
  { selector: { app: 1 } },
  { selector: ['app'] },
  { selector: {} },
  { selector: routerSelector },
  { ports: {} },
  { ports: [{ port: 80 }] },
  { ports: [{ port: 0, routerPort: 1 }] },
  { ports: [{ port: 80, routerPort: 65_536 }] },
  { ports: [{ port: 80, routerPort: 1.5 }] },
  { ports: [{ port: 80, targetPort: null, routerPort: 1 }] },
  { managedFields: undefined },
  { managedFields: [{ manager: 1 }] },
  { managedFields: [{ operation: 'Delete' }] },
  { managedFields: [{ fieldsV1: { 'f:a': 1 } }] },
  { managedFields: [{ fieldsV1: [] }] },
];

for (const change of wrong) {
  test(`${JSON.stringify(change)} is no record`, () => {
    expect(parse(change)).toBeUndefined();
  });
}

test('what is too large or nested too deep is no record [takeover.recordBytes] [takeover.recordDepth]', () => {
  expect(parse({ uid: 'u'.repeat(takeoverLimits.recordBytes.value) })).toBeUndefined();
  const deep = `${'{"f:a":'.repeat(5_000)}{}${'}'.repeat(5_000)}`;
  expect(parseOriginal(JSON.stringify(record).replace('{"f:spec":{"f:type":{}}}', deep))).toBeUndefined();
});

test('whatever stands there, reading never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseOriginal(text)).toBeUndefined();
    }),
  );
});
