import { expect, test } from 'vitest';
import { openTestSystem } from '../support/test-system.ts';
import { ask, toFailure } from './ask.ts';

const json = { 'content-type': 'application/json; charset=utf-8' };

test('a request is explained by the live table', async () => {
  await using system = await openTestSystem({ keys: ['alice', 'bob'] });
  const explain = (question: object) =>
    ask(system.manager.apiPort, '/explain', { method: 'POST', headers: json, body: JSON.stringify(question) });
  const header = [{ name: 'x-intercept-id', value: 'bob' }];
  expect((await explain({ service: 'orders', header })).data).toMatchObject({
    port: 'http',
    outcome: 'routed',
    key: { text: 'bob', valid: true },
    candidates: [
      { id: 'orders.http.bob', won: true },
      { id: 'orders.http.alice', won: false },
    ],
  });
  expect((await explain({ service: 'orders' })).data).toMatchObject({ outcome: 'baseline', key: null, status: null });
  expect(toFailure(await explain({ service: 'payments' }))).toEqual([404, 'service_not_found']);
});

test.for([
  ['what is no question', '{"service":"orders","colour":"blue"}', 400],
  ['a path that is none', '{"service":"orders","target":"orders"}', 400],
  ['a header that would end its line', '{"service":"orders","header":[{"name":"a","value":"b\\r\\nc: d"}]}', 400],
  ['what is no JSON', '{"service":', 400],
  ['what is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
  ['no body', '', 400],
  [
    '129 header lines [wire.questionHeaders]',
    JSON.stringify({ service: 'orders', header: Array.from({ length: 129 }, () => ({ name: 'a', value: 'b' })) }),
    400,
  ],
  ['a target of over 32 KiB [wire.questionBytes]', JSON.stringify({ service: 'orders', target: `/${'a'.repeat(32 * 1024)}` }), 400],
  ['a body of 64 KiB, which is read', JSON.stringify('a'.repeat(64 * 1024 - 2)), 400],
  ['a body of a byte more [manager.requestBodyBytes]', JSON.stringify('a'.repeat(64 * 1024 - 1)), 413],
] as const)('%s is refused', async ([, body, status]) => {
  await using system = await openTestSystem({ keys: [] });
  expect((await ask(system.manager.apiPort, '/explain', { method: 'POST', headers: json, body })).status).toBe(status);
});

test.for(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'])(
  '%s, which pages of other sites may send, is no JSON',
  async (type) => {
    await using system = await openTestSystem({ keys: [] });
    const answer = await ask(system.manager.apiPort, '/explain', {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{"service":"orders"}',
    });
    expect(toFailure(answer)).toEqual([415, 'bad_usage']);
    expect(answer.headers.connection).toBe('close');
  },
);
