import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from './lines.ts';

async function collect(chunks: readonly Buffer[], maxBytes = 1000): Promise<readonly string[]> {
  async function* source(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const line of readLines(source(), maxBytes)) lines.push(line);
  return lines;
}

test('lines are the same however the stream is cut', async () => {
  const line = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\n'));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), fc.array(fc.nat(40), { maxLength: 20 }), async (lines, cuts) => {
      let rest = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const expected = rest.toString().split('\n').slice(0, -1);
      const chunks: Buffer[] = [];
      for (const cut of cuts) {
        chunks.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      expect(await collect([...chunks, rest])).toEqual(expected);
    }),
  );
});

test('a line that was cut is none', async () => {
  expect(await collect([Buffer.from('{"a":1}\n{"b"')])).toEqual(['{"a":1}']);
});

test('a line has a bound, several together have none', async () => {
  const chunk = Buffer.from('123456789\n');
  expect(await collect([chunk, chunk, chunk], 10)).toHaveLength(3);
  await expect(collect([Buffer.from('12345'), Buffer.from('678901')], 10)).rejects.toThrow('larger than 10 bytes');
});
