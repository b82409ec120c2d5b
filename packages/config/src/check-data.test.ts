import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkData } from './check-data.ts';

const schema = z.strictObject({ service: z.string(), all: z.enum(['true', 'false']).default('false') });
const says = { what: 'The query', hint: 'See the manual.' };

test('what is right comes with its defaults', () => {
  expect(checkData({ service: 'orders' }, schema, says)).toEqual({ service: 'orders', all: 'false' });
});

test.each([
  [{}, 'The query is wrong: service is missing.'],
  [{ service: 1 }, 'The query is wrong: service must be a string.'],
  [{ service: 'orders', all: 'yes' }, 'The query is wrong: all must be "true" or "false".'],
  [{ service: 'orders', al: 'true' }, 'The query is wrong: unknown key "al"; did you mean "all"?'],
])('%j is refused in one sentence', (data, message) => {
  expect(() => checkData(data, schema, says)).toThrow(expect.objectContaining({ code: 'bad_usage', message, hint: says.hint }));
});

test('a key where none is known', () => {
  expect(() => checkData({ x: '1' }, z.strictObject({}), says)).toThrow('The query is wrong: unknown key "x"; none is known here.');
});

test('something where nothing is taken', () => {
  expect(() => checkData({}, z.undefined(), { ...says, what: 'The body' })).toThrow('The body is wrong: the document must be left out.');
});
