import { expect, test } from 'vitest';
import { toTable } from './table.ts';

test('texts stand at the left, numbers at the right', () => {
  const columns = [
    { title: 'who', isText: true, cell: (line: readonly [string, number]) => line[0] },
    { title: 'cost', cell: (line: readonly [string, number]) => line[1].toFixed(1) },
  ];
  expect(
    toTable(columns, [
      ['HAProxy', 9],
      ['us', 10.25],
    ]),
  ).toBe(['| who     | cost |', '| ------- | ---: |', '| HAProxy |  9.0 |', '| us      | 10.3 |'].join('\n'));
});
