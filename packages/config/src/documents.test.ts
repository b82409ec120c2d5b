import { expect, test } from 'vitest';
import { parseDocuments } from './documents.ts';

test('every document of a stream comes out, in order; empty ones do not', () => {
  expect(parseDocuments('# made\n---\na: 1\n---\n---\nb: [2]\n', 'all.yaml')).toEqual([{ a: 1 }, { b: [2] }]);
});

test('a mistake is named with its place in the stream', () => {
  expect(() => parseDocuments('a: 1\n---\nb: [2\nc: 3\n', 'all.yaml')).toThrow(
    expect.objectContaining({ code: 'bad_config', message: expect.stringMatching(/^all\.yaml:4:1: /) }),
  );
});
