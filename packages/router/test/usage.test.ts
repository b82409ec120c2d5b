import { createSnapshot } from '@switchyard/route';
import { openRawClient, openStrictOrigin } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createRule, openScene, request } from './scene.ts';

const plain = 'GET / HTTP/1.1\r\nHost: orders\r\n\r\n';

test('what passes to a developer is counted, whatever becomes of the rules; what the baseline gets is not', async () => {
  await using baseline = await openStrictOrigin({ name: 'baseline' });
  await using alice = await openStrictOrigin({ name: 'alice' });
  await using scene = await openScene('http', baseline.port);
  const { usage } = scene.router;
  const rule = createRule('alice', alice.port);
  scene.router.update(createSnapshot([rule]));
  await using client = await openRawClient(scene.listenPort);
  const ask = async (text: string): Promise<string | undefined> => {
    client.send(text);
    return (await client.readResponse()).header('x-origin');
  };
  expect(await ask(plain)).toBe('baseline');
  expect(usage.usageOf(rule.id)).toBeUndefined();

  expect(await ask(request)).toBe('alice');
  const first = usage.usageOf(rule.id);
  expect(first).toMatchObject({ requests: 1, lastMs: scene.clock.now() });
  expect(first?.bytesIn).toBeGreaterThanOrEqual(request.length);
  expect(first?.bytesOut).toBeGreaterThan(0);

  scene.clock.advance(5_000);
  const body = 'x'.repeat(10_000);
  expect(await ask(`POST / HTTP/1.1\r\nHost: orders\r\nX-Intercept-Id: alice\r\nContent-Length: ${body.length}\r\n\r\n${body}`)).toBe(
    'alice',
  );
  const second = usage.usageOf(rule.id);
  expect(second).toMatchObject({ requests: 2, lastMs: scene.clock.now() });
  expect(second?.bytesIn).toBeGreaterThan((first?.bytesIn ?? 0) + body.length);

  scene.router.update(createSnapshot([]));
  expect(await ask(request)).toBe('baseline');
  expect(usage.usageOf(rule.id)).toEqual(second);

  usage.forget(rule.id);
  scene.router.update(createSnapshot([rule]));
  expect(await ask(request)).toBe('alice');
  expect(usage.usageOf(rule.id)?.requests).toBe(1);
});
