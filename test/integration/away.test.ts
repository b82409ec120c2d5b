import { InterceptError, type SessionId } from '@switchyard/contract';
import { createSnapshot, type Rule } from '@switchyard/route';
import { createSystemClock } from '@switchyard/runtime';
import { openRawClient, type RawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { createDirectRule, createTestDialer, openTestRouter } from '../support/test-router.ts';

checkLeaks();

const alice = 'x-intercept-id: alice\r\nbaggage: intercept=alice\r\n';

function tunnelRule(whenAway: Rule['whenAway']): Rule {
  const rule = createDirectRule('alice', 1);
  return { ...rule, whenAway, target: { t: 'tunnel', session: 'lost' as SessionId, intercept: rule.id } };
}

/** A router whose only session is lost for good. */
async function openAway(whenAway: Rule['whenAway']): ReturnType<typeof openTestRouter<never>> {
  const ordinary = createTestDialer(createSystemClock());
  const router = await openTestRouter<never>({
    keys: [],
    dialer: {
      async dial(target, signal) {
        if (target.t !== 'tunnel') return ordinary.dial(target, signal);
        throw new InterceptError('developer_offline', 'orders is intercepted by alice, whose session was lost.', { hint: 'Ask alice.' });
      },
    },
  });
  router.router.update(createSnapshot([tunnelRule(whenAway)]));
  return router;
}

async function ask(client: RawClient, request: string): Promise<Awaited<ReturnType<RawClient['readResponse']>>> {
  client.send(request);
  return client.readResponse(request.slice(0, request.indexOf(' ')));
}

test('fail: 503, with who and what to do, and the connection goes on', async () => {
  await using router = await openAway('fail');
  await using client = await openRawClient(router.port);
  const response = await ask(client, `GET /1 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`);
  expect([response.status, response.header('x-intercept-error')]).toEqual([503, 'developer_offline']);
  expect(response.header('x-intercept-request-id')).toBeTruthy();
  expect(response.body.toString()).toBe('orders is intercepted by alice, whose session was lost. Ask alice.\n');
  const head = await ask(client, `HEAD /2 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`);
  expect([head.status, head.body.length]).toEqual([503, 0]);
  expect((await ask(client, 'GET /3 HTTP/1.1\r\nHost: orders\r\n\r\n')).body.toString()).toBe('baseline GET /3\n');
  expect(router.origins.baseline.requests.length).toBe(1);
});

test('fail: a request with a body is answered, and the next one is not read out of that body', async () => {
  await using router = await openAway('fail');
  await using client = await openRawClient(router.port);
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: orders\r\n\r\n';
  client.send(`POST /1 HTTP/1.1\r\nHost: orders\r\n${alice}Content-Length: ${hidden.length}\r\n\r\n${hidden}`);
  const response = await client.readResponse('POST');
  expect(response.status).toBe(503);
  const next = response.header('connection') === 'close' ? undefined : await ask(client, 'GET /2 HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect(next?.body.toString() ?? 'closed').toMatch(/^(closed|baseline GET \/2\n)$/);
  expect(router.origins.baseline.requests.map((request) => request.target)).not.toContain('/hidden');
});

test('baseline: it answers in the place of the developer and the answer says so', async () => {
  await using router = await openAway('baseline');
  await using client = await openRawClient(router.port);
  const response = await ask(client, `GET /1 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`);
  expect([response.status, response.header('x-origin'), response.header('x-intercept-status')]).toEqual([200, 'baseline', 'fell-back']);
  expect(response.header('x-intercept-served-by')).toBeUndefined();
  const post = await ask(client, `POST /2 HTTP/1.1\r\nHost: orders\r\n${alice}Content-Length: 5\r\n\r\nhello`);
  expect([post.body.toString(), post.header('x-intercept-status')]).toEqual(['hello', 'fell-back']);
  const plain = await ask(client, 'GET /3 HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect(plain.header('x-intercept-status')).toBeUndefined();
});

test('a routed answer says by whom it was served; an unkeyed one is untouched', async () => {
  await using router = await openTestRouter({ keys: ['alice'] });
  await using client = await openRawClient(router.port);
  const routed = await ask(client, `GET /1 HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`);
  expect(routed.header('x-intercept-served-by')).toBe('alice@direct');
  const plain = await ask(client, 'GET /2 HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect(plain.fields.map(([name]) => name)).toEqual(['Content-Length', 'x-origin']);
  const unknown = await ask(client, 'GET /3 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: nobody\r\n\r\n');
  expect([unknown.header('x-origin'), unknown.header('x-intercept-status')]).toEqual(['baseline', 'no-route']);
  const invalid = await ask(client, 'GET /4 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: Alice\r\n\r\n');
  expect([invalid.header('x-origin'), invalid.header('x-intercept-status')]).toEqual(['baseline', 'invalid-key']);
});

test('an update reroutes the next request of an open connection', async () => {
  await using router = await openTestRouter({ keys: ['alice', 'bob'] });
  await using client = await openRawClient(router.port);
  const request = `GET / HTTP/1.1\r\nHost: orders\r\n${alice}\r\n`;
  expect((await ask(client, request)).header('x-origin')).toBe('alice');
  router.router.update(createSnapshot([createDirectRule('alice', router.origins.bob.port)]));
  expect((await ask(client, request)).header('x-origin')).toBe('bob');
  router.router.update(createSnapshot([]));
  expect((await ask(client, request)).header('x-origin')).toBe('baseline');
});
