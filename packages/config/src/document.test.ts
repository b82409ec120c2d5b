import { InterceptError } from '@switchyard/contract';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDocument, readDocument } from './document.ts';
import { dialAddress, duration, label, listenAddress, portNumber } from './fields.ts';
import { toJsonSchema } from './json-schema.ts';
import { z } from 'zod';

const schema = z.strictObject({
  kind: z.literal('Shop'),
  mode: z.enum(['fail', 'baseline']).default('fail'),
  services: z
    .array(
      z.strictObject({
        name: label,
        listen: listenAddress.optional(),
        origin: dialAddress.optional(),
        port: portNumber.optional(),
        hold: duration().optional(),
        local: z.union([portNumber, dialAddress]).optional(),
        target: z
          .discriminatedUnion('t', [z.strictObject({ t: z.literal('a'), weight: z.number() }), z.strictObject({ t: z.literal('b') })])
          .optional(),
      }),
    )
    .min(1),
});

function failure(text: string): InterceptError {
  try {
    parseDocument(text, 'shop.yaml', schema);
  } catch (error) {
    if (error instanceof InterceptError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

test('a right document comes out parsed, with defaults', () => {
  const text = 'kind: Shop\nservices:\n  - { name: orders, listen: "[::1]:0", origin: localhost:80, hold: 1h30m }\n';
  expect(parseDocument(text, 'shop.yaml', schema)).toEqual({
    kind: 'Shop',
    mode: 'fail',
    services: [{ name: 'orders', listen: { host: '::1', port: 0 }, origin: { host: 'localhost', port: 80 }, hold: 5_400_000 }],
  });
});

test('the second file line may name the schema for editors', () => {
  expect(parseDocument('# yaml-language-server: $schema=x\n{"kind":"Shop","services":[{"name":"a"}]}', 'x', schema).services).toHaveLength(
    1,
  );
});

const cases: readonly (readonly [name: string, text: string, message: string])[] = [
  [
    'unknown key at the root',
    'kind: Shop\nservcies: []\nservices: [{ name: a }]\n',
    'shop.yaml:2:1: unknown key "servcies"; did you mean "services"?',
  ],
  [
    'unknown key inside',
    'kind: Shop\nservices:\n  - name: a\n    lisen: x\n',
    'shop.yaml:4:5: unknown key "lisen" in services[0]; did you mean "listen"?',
  ],
  [
    'unknown key with no near word',
    'kind: Shop\nservices: [{ name: a }]\nzzz: 1\n',
    'shop.yaml:3:1: unknown key "zzz"; known here: kind, mode, services',
  ],
  [
    'unknown key in a variant',
    'kind: Shop\nservices: [{ name: a, target: { t: a, weight: 1, wieght: 2 } }]\n',
    'shop.yaml:2:50: unknown key "wieght" in services[0].target; did you mean "weight"?',
  ],
  ['missing key', 'kind: Shop\nservices:\n  - port: 80\n', 'shop.yaml:3:5: services[0].name is missing'],
  ['missing at the root', 'services: [{ name: a }]\n', 'shop.yaml:1:1: kind is missing: "Shop"'],
  ['wrong literal', 'kind: Shoop\nservices: [{ name: a }]\n', 'shop.yaml:1:7: kind must be "Shop"'],
  [
    'wrong choice',
    'kind: Shop\nmode: basline\nservices: [{ name: a }]\n',
    'shop.yaml:2:7: mode must be "fail" or "baseline"; did you mean "baseline"?',
  ],
  ['wrong type', 'kind: Shop\nservices: yes\n', 'shop.yaml:2:11: services must be a list'],
  ['too few', 'kind: Shop\nservices: []\n', 'shop.yaml:2:11: services must have at least 1 entry'],
  ['port out of range', 'kind: Shop\nservices: [{ name: a, port: 70000 }]\n', 'shop.yaml:2:29: services[0].port must be at most 65535'],
  [
    'bad label',
    'kind: Shop\nservices: [{ name: A_b }]\n',
    'shop.yaml:2:20: services[0].name must be 1 to 63 lower-case letters, digits and inner hyphens',
  ],
  [
    'bad address',
    'kind: Shop\nservices: [{ name: a, origin: "localhost:0" }]\n',
    'shop.yaml:2:31: services[0].origin must be HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:8080',
  ],
  [
    'bad duration',
    'kind: Shop\nservices: [{ name: a, hold: 10 seconds }]\n',
    'shop.yaml:2:29: services[0].hold must be a duration such as 8h, 1h30m, 10s or 250ms',
  ],
  [
    'a union of types: the mistake of the type that was written',
    'kind: Shop\nservices: [{ name: a, local: x }]\n',
    'shop.yaml:2:30: services[0].local must be HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:8080',
  ],
  ['empty file', '', 'shop.yaml:1:1: the document must be a map'],
];

test.each(cases)('%s', (_, text, message) => {
  const error = failure(text);
  expect(error.message).toBe(message);
  expect(error.code).toBe('bad_config');
});

test('broken YAML names the line', () => {
  const error = failure('kind: Shop\nservices:\n  - name: "a\n');
  expect(error.message).toBe('shop.yaml:4:1: a quotation mark is not closed');
});

test.each([
  ['services:\n  - name: a\n   x: 1\n', '3:1: this line stands among the entries of a list, but does not begin with "-"'],
  ['a:\n  b: 1\n c: 2\n', '3:1: this line is indented otherwise than its neighbours'],
  ['a:\n\t- b\n', '2:1: a tab indents this line, which takes spaces'],
  ['a: [1, 2\nb: 3\n', '2:1: a bracket is not closed, or what follows it is not indented enough'],
  ['a: b: c\n', '1:4: a second ": " stands in this line; quote the text that has it'],
])('%j is said in words of our own', (text, message) => {
  expect(failure(text).message).toBe(`shop.yaml:${message}`);
});

test('what has no words of its own says that it is YAML, and where to look', () => {
  expect(failure('kind: @Shop\n')).toMatchObject({
    message: 'shop.yaml:1:7: is not valid YAML: Plain value cannot start with reserved character @',
    hint: 'Check the indentation of this line and the one before.',
  });
});

test('a key written twice, a second document and an unknown tag are refused', () => {
  expect(failure('kind: Shop\nkind: Shop\nservices: [{ name: a }]\n').message).toBe(
    'shop.yaml:2:1: this key stands here for the second time',
  );
  expect(failure('kind: Shop\nservices: [{ name: a }]\n---\nkind: Shop\n').message).toMatch(/^shop\.yaml:3:1: /);
  expect(failure('kind: !evil Shop\nservices: [{ name: a }]\n').message).toMatch(/^shop\.yaml:1:7: a tag /);
});

test('a document that multiplies itself is refused [config.aliases]', () => {
  const text = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]',
    'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
    'd: [*c,*c,*c,*c]',
    '',
  ].join('\n');
  expect(failure(text).message).toBe('shop.yaml: the aliases cannot be resolved.');
});

test('all mistakes come at once, in the order of the file', () => {
  const error = failure('kind: Shoop\nservices:\n  - nam: a\n    port: 0\n');
  expect(error.message.split('\n')).toEqual([
    'shop.yaml has 4 mistakes:',
    '  shop.yaml:1:7: kind must be "Shop"',
    '  shop.yaml:3:5: services[0].name is missing',
    '  shop.yaml:3:5: unknown key "nam" in services[0]; did you mean "name"?',
    '  shop.yaml:4:11: services[0].port must be at least 1',
  ]);
  expect(error.detail).toEqual({ file: 'shop.yaml', line: 1, column: 7, mistakes: 4 });
});

test('a file is read with a bound; a missing one is named [config.documentBytes]', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-config-'));
  try {
    const file = join(folder, 'shop.yaml');
    await expect(readDocument(file, schema)).rejects.toMatchObject({ code: 'bad_config', message: `There is no file ${file}.` });
    await writeFile(file, 'kind: Shop\nservices: [{ name: a }]\n');
    expect((await readDocument(file, schema)).services[0]?.name).toBe('a');
    await writeFile(file, `#${'x'.repeat(1_048_576)}\n`);
    await expect(readDocument(file, schema)).rejects.toThrow(/has 1048578 bytes/);
    await expect(readDocument(folder, schema)).rejects.toMatchObject({ code: 'bad_config', message: `${folder} cannot be read.` });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the JSON Schema describes what a person writes', () => {
  const json = toJsonSchema(schema, { id: 'https://example.test/shop.json', title: 'Shop' });
  expect(json).toMatchObject({
    $id: 'https://example.test/shop.json',
    title: 'Shop',
    type: 'object',
    additionalProperties: false,
    required: ['kind', 'services'],
    properties: { services: { items: { properties: { hold: { type: 'string' }, origin: { type: 'string' } } } } },
  });
});
