import { expect, test } from 'vitest';
import { toLimitValues, type LimitTable } from './limits.ts';

const table: LimitTable<'headBytes' | 'idleMs'> = {
  headBytes: { value: 65_536, unit: 'bytes', about: 'A head.' },
  idleMs: { value: 1_000, unit: 'ms', about: 'Idle.' },
};

test('a table gives its plain numbers', () => {
  expect(toLimitValues(table)).toEqual({ headBytes: 65_536, idleMs: 1_000 });
});

test('overrides stand in the place of the defaults, zero included', () => {
  expect(toLimitValues(table, { idleMs: 0 })).toEqual({ headBytes: 65_536, idleMs: 0 });
});
