import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { silentLog, type InterceptError, type Pipe } from '@switchyard/contract';
import { createFakeClock, openRawClient, pipeCompliance, until, type PipePair } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { goodToken, id, openPeerBench, readToken, pods } from '../../../test/peers.ts';
import { auditLimits, peerLimits } from '../../limits.ts';
import { openHop } from './open-hop.ts';
import { createPeerGuard } from './peer-guard.ts';

async function openPair(): Promise<PipePair> {
  const bench = await openPeerBench();
  const { pipe } = await bench.hop();
  return { a: pipe, b: bench.developers[0] as Pipe, close: async () => bench[Symbol.asyncDispose]() };
}

pipeCompliance('a hop', openPair, { resetCarriesCode: false });

test.for<[string, Parameters<Awaited<ReturnType<typeof openPeerBench>>['hop']>[0], string]>([
  ['a token that is none', { token: '/' }, 'not_signed_in'],
  ["another ServiceAccount's token", { token: 'default/manager-2/u2' }, 'not_allowed'],
  ['a token of no pod', { token: 'switchyard-manager' }, 'not_allowed'],
  ['the token of a pod that is gone, whose name another one has', { token: 'switchyard-manager/manager-2/u0' }, 'not_allowed'],
  ['the token of a pod that is no manager', { token: 'switchyard-manager/shop/u3', from: '127.0.0.3' }, 'not_allowed'],
  ["a manager's token, shown by somebody else", { from: '127.0.0.3' }, 'not_allowed'],
  ['an intercept that is not served here', { uid: 'u-bob' }, 'intercept_not_found'],
  ['another intercept than the one of the uid', { id: 'orders.http.bob' as typeof id }, 'intercept_not_found'],
])('refused: %s', async ([, changes, code]) => {
  await using bench = await openPeerBench();
  await expect(bench.hop(changes)).rejects.toMatchObject({ code: 'tunnel_lost', message: expect.stringContaining(`(${code})`) });
  expect(bench.developers).toEqual([]);
});

test.for<[string, string]>([
  ['without a token', `GET /intercepts/${id}/u-alice HTTP/1.1\r\nhost: m\r\nconnection: Upgrade\r\nupgrade: switchyard-hop\r\n\r\n`],
  ['with another protocol', `GET /intercepts/${id}/u-alice HTTP/1.1\r\nhost: m\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`],
  ['as an ordinary request', `GET /intercepts/${id}/u-alice HTTP/1.1\r\nhost: m\r\nauthorization: Bearer ${goodToken}\r\n\r\n`],
  ['with a head of 9 KiB [manager.peerHeadBytes]', `GET / HTTP/1.1\r\nhost: m\r\nx: ${'x'.repeat(peerLimits.peerHeadBytes.value)}\r\n\r\n`],
])('whoever asks %s gets nothing', async ([, request]) => {
  await using bench = await openPeerBench();
  const socket = connect({ host: '127.0.0.1', port: bench.port, allowHalfOpen: true });
  socket.write(request);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
  socket.destroy();
  expect(bench.developers).toEqual([]);
});

test('whoever is refused very often fills no log; others are told of [manager.refusalBurst] [manager.refusalsPerSecond]', async () => {
  const clock = createFakeClock();
  const refused: unknown[] = [];
  const log = { ...silentLog, warn: (_event: string, fields?: object) => void refused.push(fields) };
  await using bench = await openPeerBench({}, undefined, { clock, log });
  const burst = auditLimits.refusalBurst.value;
  const knock = (from: string) => expect(bench.hop({ token: '/', from })).rejects.toMatchObject({ code: 'tunnel_lost' });
  for (let turn = 0; turn < burst + 10; turn++) await knock('127.0.0.3');
  expect(refused).toHaveLength(burst);
  await knock('127.0.0.2');
  expect(refused.at(-1)).toMatchObject({ from: '127.0.0.2', code: 'not_signed_in' });
  clock.advance(1_000);
  await knock('127.0.0.3');
  await knock('127.0.0.3');
  expect(refused).toHaveLength(burst + 2);
});

test('who sends no whole head in time is let go [manager.peerHeadMs]', async () => {
  await using bench = await openPeerBench({ peerHeadMs: 40 });
  await using client = await openRawClient(bench.port);
  client.send('GET / HTTP/1.1\r\n');
  await client.untilEnded();
});

test('a peer gets so many connections and no more [manager.hopsPerPeer]', async () => {
  await using bench = await openPeerBench({ hopsPerPeer: 1 });
  const first = await bench.hop();
  await expect(bench.hop()).rejects.toMatchObject({ code: 'limit_reached' });
  const closed = new Promise<void>((resolve) => first.onClosed(resolve));
  first.pipe.resume();
  first.pipe.end();
  bench.developers[0]?.end();
  await closed;
  await until(async () =>
    bench.hop().then(
      () => true,
      () => false,
    ),
  );
});

test('who asks nothing, or stays after a refusal, gives way to who comes later [manager.peerWaiting]', async () => {
  await using bench = await openPeerBench({ peerWaiting: 1, peerHeadMs: 60_000 });
  await using idle = await openRawClient(bench.port);
  const refused = connect({ host: '127.0.0.1', port: bench.port, allowHalfOpen: true }).on('error', () => {});
  refused.write(`GET /intercepts/${id}/u-alice HTTP/1.1\r\nhost: m\r\nconnection: Upgrade\r\nupgrade: switchyard-hop\r\n\r\n`);
  await idle.untilEnded();
  await once(refused, 'data');
  expect(refused.destroyed).toBe(false);
  const next = await openRawClient(bench.port);
  await until(() => refused.destroyed || (refused.write('x'), false));
  await next[Symbol.asyncDispose]();
});

test('of more requests than can wait the oldest is given up [manager.peerWaiting]', async () => {
  await using bench = await openPeerBench({ peerWaiting: 1 }, { openPipe: () => new Promise(() => {}) });
  const first = bench.hop();
  const second = bench.hop();
  await expect(Promise.race([first, second])).rejects.toMatchObject({ code: 'tunnel_lost' });
  await Promise.allSettled([bench[Symbol.asyncDispose](), first, second]);
});

test('a peer that does not accept, or does not answer, is given up [manager.hopConnectMs] [manager.hopAnswerMs]', async () => {
  await using bench = await openPeerBench({}, { openPipe: () => new Promise(() => {}) });
  const clock = createFakeClock();
  const hop = () =>
    openHop(
      { clock, readToken: async () => goodToken, localAddress: '127.0.0.2' },
      { host: '127.0.0.1', port: bench.port },
      { id, uid: 'u-alice' },
      new AbortController().signal,
    );
  const connecting = hop().catch((error: InterceptError) => error);
  // Before the system tells that the peer accepted.
  while (clock.pending < 2) await Promise.resolve();
  clock.advance(peerLimits.hopConnectMs.value);
  expect(await connecting).toMatchObject({ code: 'tunnel_lost', message: expect.stringContaining('within 1 s') });
  const answering = hop().catch((error: InterceptError) => error);
  await until(() => clock.pending === 1);
  clock.advance(peerLimits.hopAnswerMs.value);
  expect(await answering).toMatchObject({ code: 'tunnel_lost', message: expect.stringContaining('within 6 s') });
});

test('a caller that goes away is not waited for', async () => {
  const leaving = new AbortController();
  const left: AbortSignal[] = [];
  const session = { openPipe: (_id: unknown, signal: AbortSignal) => new Promise<Pipe>(() => left.push(signal)) };
  // Of the manager that is asked, whose time stands still.
  await using bench = await openPeerBench({}, session, { clock: createFakeClock() });
  const deps = { clock: createFakeClock(), readToken: async () => goodToken, localAddress: '127.0.0.2' };
  const hop = openHop(deps, { host: '127.0.0.1', port: bench.port }, { id, uid: 'u-alice' }, leaving.signal);
  await until(() => left.length === 1);
  const aborted = once(left[0] as AbortSignal, 'abort');
  leaving.abort();
  await expect(hop).rejects.toMatchObject({ code: 'canceled' });
  await aborted;
});

test('a token is verified once, until others took its place [manager.peerTokens]', async () => {
  const verified: string[] = [];
  const verify = (token: string) => {
    verified.push(token);
    return readToken(token);
  };
  const identify = createPeerGuard({ clock: createFakeClock(), verify, pods: () => pods });
  await identify(goodToken, '127.0.0.2');
  await identify(goodToken, '::ffff:127.0.0.2');
  expect(verified).toEqual([goodToken]);
  for (let other = 0; other < peerLimits.peerTokens.value; other++) await identify(`${goodToken}/${other}`, '127.0.0.2');
  await identify(goodToken, '127.0.0.2');
  expect(verified.filter((token) => token === goodToken)).toHaveLength(2);
});
