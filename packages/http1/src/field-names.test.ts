import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FieldNames, hashStep, knownFields } from './field-names.ts';

function hashOf(name: string): number {
  let hash = 0;
  for (const char of name.toLowerCase()) hash = hashStep(hash, char.charCodeAt(0));
  return hash;
}

/** Looks `name` up, which stands between other bytes. */
function find(names: FieldNames, name: string): ReturnType<FieldNames['find']> {
  const bytes = Buffer.from(`x${name}y`, 'latin1');
  return names.find(hashOf(name), bytes, 1, 1 + name.length);
}

test('finds known and collected names, in any case', () => {
  const names = new FieldNames(['x-key', 'connection']);
  expect(find(names, 'X-KEY')).toEqual({ text: 'x-key', known: undefined, collected: true });
  expect(find(names, 'Connection')).toEqual({ text: 'connection', known: 'connection', collected: true });
  for (const known of knownFields) expect(find(names, known.toUpperCase())?.known).toBe(known);
  expect(find(names, 'x-ke')).toBeUndefined();
  expect(find(names, 'x-other')).toBeUndefined();
});

test('a name of the same hash is another name', () => {
  // One more in a place is worth 31 more in the next one.
  const [name, twin] = ['x-ba', 'x-a\x80'];
  expect(hashOf(twin)).toBe(hashOf(name));
  const names = new FieldNames([name]);
  expect(find(names, name)?.text).toBe(name);
  expect(find(names, twin)).toBeUndefined();
  // Where the bytes are gone it passes for the name.
  expect(names.findLikely(hashOf(twin), 4)?.text).toBe(name);
  expect(names.findLikely(hashOf(twin), 5)).toBeUndefined();
});

test('any set of names is found again, and nothing else', () => {
  const name = fc.stringMatching(/^[a-z0-9!_-]{1,12}$/);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 40 }), name, (collected, other) => {
      const names = new FieldNames(collected);
      for (const text of collected) {
        expect(find(names, text)).toMatchObject({ text, collected: true });
        expect(names.findLikely(hashOf(text), text.length)).toMatchObject({ text, collected: true });
      }
      expect(find(names, other)?.collected ?? false).toBe(collected.includes(other));
    }),
  );
});
