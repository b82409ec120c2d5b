import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createManagerJsonSchema } from './json-schema.ts';

test('schema/manager.schema.json is up to date; `pnpm --filter @switchyard/manager schema` writes it', async () => {
  const text = await readFile(new URL('../../schema/manager.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toEqual(createManagerJsonSchema());
});

test('an editor learns defaults and meanings', () => {
  expect(createManagerJsonSchema()).toMatchObject({
    required: ['apiVersion', 'kind'],
    additionalProperties: false,
    properties: {
      listen: { default: '127.0.0.1:7480' },
      limits: { properties: { hold: { default: '10s', description: expect.stringContaining('held') }, heldPerIntercept: { default: 64 } } },
    },
  });
});
