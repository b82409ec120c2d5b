import { expect, test } from 'vitest';
import { KnownHead } from './known-head.ts';
import { http1Limits } from './limits.ts';

/** A head that was learnt from two of its length. */
function learn(text: string): KnownHead {
  const known = new KnownHead();
  for (let time = 0; time < 2; time++) known.learn(Buffer.from(text), 0, text.length);
  return known;
}

test('a head is known once two of its length came', () => {
  const known = new KnownHead();
  const head = Buffer.from('..GET');
  known.learn(head, 2, 5);
  expect(known.recognize(head, 2, 5)).toBe(false);
  known.learn(head, 2, 5);
  head.fill('x');
  expect(known.recognize(Buffer.from('GET, and more'), 0, 13)).toBe(true);
});

test.each(['GE', 'GETS', 'PUT'])('%s is not taken for GET, nor is GET known any longer', (text) => {
  const known = learn(text === 'GETS' ? 'GETT' : 'GET');
  expect(known.recognize(Buffer.from(text), 0, text.length)).toBe(false);
  expect(known.recognize(Buffer.from('GETT'), 0, 4)).toBe(false);
});

test('a head over the limit is not kept [http1.knownHeadBytes]', () => {
  const bytes = http1Limits.knownHeadBytes.value;
  for (const [length, kept] of [
    [bytes, true],
    [bytes + 1, false],
  ] as const) {
    const text = 'x'.repeat(length);
    expect(learn(text).recognize(Buffer.from(text), 0, length)).toBe(kept);
  }
});

test('a shorter head takes the place of a longer one', () => {
  const known = learn('a long head');
  expect(known.recognize(Buffer.from('short'), 0, 5)).toBe(false);
  for (let time = 0; time < 2; time++) known.learn(Buffer.from('short'), 0, 5);
  expect(known.recognize(Buffer.from('short head'), 0, 10)).toBe(true);
});
