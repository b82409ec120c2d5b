import { expect, test } from 'vitest';
import { createManagerJsonSchema } from './json-schema.ts';

test('schema/manager.schema.json is up to date (vitest --update writes it)', async () => {
  await expect(`${JSON.stringify(createManagerJsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../schema/manager.schema.json');
});

test('an editor learns defaults and meanings', () => {
  expect(createManagerJsonSchema()).toMatchObject({
    required: ['apiVersion', 'kind', 'services'],
    additionalProperties: false,
    properties: {
      listen: { default: '127.0.0.1:7480' },
      limits: { properties: { hold: { default: '10s', description: expect.stringContaining('held') }, heldPerIntercept: { default: 64 } } },
    },
  });
});
