import type { Match } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyMatch } from '../../test/arbitraries.ts';
import { exact, header, method, path, percent, prefix, present, query } from '../../test/conditions.ts';
import { toMatchId } from './match-id.ts';

test('an id is short, and the same for ever', () => {
  expect(toMatchId([[path(prefix('/orders')), method('GET')]])).toBe('22abf3ac48e316ce');
});

test('the order of conditions and alternatives, repetitions and the case of header names make no difference', () => {
  fc.assert(
    fc.property(anyMatch, (match) => {
      const turned = [...match, ...match]
        .toReversed()
        .map((conditions) =>
          [...conditions, ...conditions].toReversed().map((one) => (one.t === 'header' ? { ...one, name: one.name.toUpperCase() } : one)),
        );
      expect(toMatchId(turned)).toBe(toMatchId(match));
    }),
  );
});

test('nor does the size of a share', () => {
  expect(toMatchId([[path(exact('/a')), percent(5)]])).toBe(toMatchId([[path(exact('/a')), percent(50)]]));
});

test('everything else does', () => {
  const matches: readonly Match[] = [
    [],
    [[path(exact('/a'))]],
    [[path(prefix('/a'))]],
    [[path(exact('/b'))]],
    [[path(exact('/a')), percent(5)]],
    [[header('a', exact('/a'))]],
    [[query('a', exact('/a'))]],
    [[header('a', present)]],
    [[header('b', present)]],
    [[header('a', present), header('b', present)]],
    [[header('a', present)], [header('b', present)]],
    [[header('a","present', present)]],
  ];
  expect(new Set(matches.map(toMatchId)).size).toBe(matches.length);
});
