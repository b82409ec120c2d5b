import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['8h', 28_800_000],
  ['1h30m', 5_400_000],
  ['90s', 90_000],
  ['250ms', 250],
  ['2d', 172_800_000],
  ['0s', 0],
  ['', undefined],
  ['8', undefined],
  ['h', undefined],
  ['-1h', undefined],
  ['1.5h', undefined],
  ['30m1h', undefined],
  ['1h ', undefined],
])('%s is %s ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test('what is formatted parses back', () => {
  fc.assert(
    fc.property(fc.nat(), (durationMs) => {
      expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
    }),
  );
});
