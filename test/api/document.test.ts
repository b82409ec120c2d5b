import { openApi } from '@switchyard/manager';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { openTestSystem } from '../support/test-system.ts';
import { ask } from './ask.ts';

test('the document is OpenAPI 3.1, and the one that the manager serves', async () => {
  const result = await new Validator().validate(structuredClone(openApi));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  await using system = await openTestSystem({ keys: [] });
  const { status, data } = await ask(system.manager.apiPort, '/openapi.json', { headers: { 'switchyard-owner': [] } });
  expect([status, data]).toEqual([200, JSON.parse(JSON.stringify(openApi))]);
});
