import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Condition, TextMatch } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MatchSchema } from './generated/switchyard/types/v1/types_pb.ts';
import { fromMatch, refuseLongMatch, toMatch } from './match.ts';

const value = fc.string({ maxLength: 40, unit: fc.constantFrom('a', '.', '*', 'é', '/', ' ', '=', '日') });
const text: fc.Arbitrary<TextMatch> = fc.oneof(
  fc.record({ t: fc.constantFrom('exact', 'prefix', 'regex'), value }),
  fc.constant({ t: 'present' } as const),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ t: fc.constantFrom('header', 'query', 'cookie'), name: value, text }),
  fc.record({ t: fc.constant('path'), text }),
  fc.record({ t: fc.constant('method'), method: value }),
  fc.record({ t: fc.constant('percent'), percent: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
);
const match = fc.array(fc.array(condition, { minLength: 1, maxLength: 4 }), { maxLength: 4 });

test('a match comes back as it was', () => {
  fc.assert(
    fc.property(match, (given) => {
      const bytes = toBinary(MatchSchema, create(MatchSchema, toMatch(given)));
      expect(fromMatch(fromBinary(MatchSchema, bytes))).toEqual(given);
    }),
  );
});

test('a message without a match asks for nothing more', () => {
  expect(fromMatch(undefined)).toEqual([]);
});

/** A match of one alternative with one condition of these bytes. */
function withCondition(...bytes: readonly number[]): () => unknown {
  return () => fromMatch(fromBinary(MatchSchema, Buffer.from([0x0a, bytes.length + 2, 0x0a, bytes.length, ...bytes])));
}

test('a condition that this version does not know is refused: to pass it over would catch the requests of others', () => {
  expect(withCondition(0x4a, 1, 0x61)).toThrow('The match has a condition (number 9) that version 2 of the protocol does not know.');
  // A path that is compared in a way of tomorrow.
  expect(withCondition(0x12, 3, 0x4a, 1, 0x61)).toThrow(/way to compare a text \(number 9\)/);
});

test.for<[string, () => unknown, RegExp]>([
  ['a condition that says nothing', withCondition(), /says nothing/],
  ['a path without a text', withCondition(0x12, 0), /says nothing/],
  ['an alternative without a condition', () => fromMatch(fromBinary(MatchSchema, Buffer.from([0x0a, 0]))), /has no condition/],
  ['what a terminal acts on', withCondition(0x1a, 1, 0x1b), /printable/],
])('refused: %s', ([, act, message]) => {
  expect(act).toThrow(message);
});

test('a match may have 8192 bytes as a message, at either end [wire.matchBytes]', () => {
  const toMethod = (length: number): Condition => ({ t: 'method', method: 'x'.repeat(length) });
  const largest = toMatch([[toMethod(8_183)]]);
  expect(toBinary(MatchSchema, create(MatchSchema, largest))).toHaveLength(8_192);
  expect(fromMatch(create(MatchSchema, largest))).toEqual([[toMethod(8_183)]]);
  refuseLongMatch([[toMethod(8_183)]]);
  expect(() => refuseLongMatch([[toMethod(8_184)]])).toThrow(/at most 8192/);
  const received = create(MatchSchema, { anyOf: [{ conditions: [{ condition: { case: 'method', value: 'x'.repeat(8_184) } }] }] });
  expect(() => fromMatch(received)).toThrow(/at most 8192/);
});
