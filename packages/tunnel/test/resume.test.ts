import { InterceptError, type Pipe } from '@switchyard/contract';
import { createFakeClock, openFaultProxy, recordPipe, until, watchLeaks, type FaultProxy, type PipeRecord } from '@switchyard/testkit';
import { encodeAgentMessage, encodeAttach, encodeFrame, type Frame, type ManagerMessage, type WelcomeMessage } from '@switchyard/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAgentKey, type LostSession, type TunnelClient } from '../src/index.ts';
import { carriers, intercept, openAgent, openManager, type TestManager } from './manager.ts';
import { hello, openRawAgent } from './raw-agent.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

/** An agent behind a line that can be cut, and what it takes to come back. */
interface Link extends AsyncDisposable {
  readonly manager: TestManager;
  readonly line: FaultProxy;
  agent: TunnelClient;
  /** The agent's ends of the pipes, in order. */
  readonly arrived: Pipe[];
  open(): Promise<{ readonly near: Pipe; readonly far: Pipe }>;
  /** Cuts the line; what the agent's session leaves. */
  cut(): Promise<LostSession>;
  comeBack(lost: LostSession, options?: Parameters<typeof openAgent>[1]): Promise<void>;
}

async function openLink(options: Parameters<typeof openManager>[0] & Parameters<typeof openAgent>[1] = {}): Promise<Link> {
  const manager = await openManager(options);
  const line = await openFaultProxy(manager.server.port);
  const url = new URL(`http://127.0.0.1:${line.port}`);
  const arrived: Pipe[] = [];
  const connect = async (more: Parameters<typeof openAgent>[1]): Promise<TunnelClient> => {
    const agent = await openAgent(url, { ...options, ...more });
    agent.onPipe((_intercept, pipe) => void arrived.push(pipe));
    return agent;
  };
  const link: Link = {
    manager,
    line,
    agent: await connect({}),
    arrived,
    async open() {
      const count = arrived.length;
      const session = manager.sessions.at(-1);
      if (session === undefined) throw new Error('no session');
      const near = await session.openPipe(intercept, AbortSignal.timeout(5_000));
      await until(() => arrived.length > count);
      return { near, far: arrived[count] as Pipe };
    },
    async cut() {
      line.cut();
      await link.agent.closed;
      const lost = link.agent.takeLost();
      if (lost === undefined) throw new Error('nothing left');
      return lost;
    },
    async comeBack(lost, more) {
      link.agent = await connect({ resume: lost, ...more });
    },
    async [Symbol.asyncDispose]() {
      await link.agent[Symbol.asyncDispose]();
      await line[Symbol.asyncDispose]();
      await manager[Symbol.asyncDispose]();
    },
  };
  return link;
}

/** Bytes that differ everywhere, without a random source. */
function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes;
}

/** Writes all, as fast as the pipe takes it. */
async function sendAll(pipe: Pipe, record: PipeRecord, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += 60_000) {
    const drains = record.count('drain');
    if (!pipe.write(bytes.subarray(at, at + 60_000))) await until(() => record.count('drain') > drains);
  }
  pipe.end();
}

for (const carrier of carriers) {
  test(`${carrier}: 20 MB each way survive cuts in their middle`, { timeout: 30_000 }, async () => {
    await using link = await openLink({ carrier });
    const { near, far } = await link.open();
    const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
    const bytes = pattern(20_000_000);
    const sent = Promise.all([sendAll(near, atNear, bytes), sendAll(far, atFar, bytes)]);
    for (const share of [0.2, 0.5, 0.8]) {
      await until(() => atNear.byteCount > bytes.length * share && atFar.byteCount > bytes.length * share * 0.5);
      await link.comeBack(await link.cut());
    }
    await sent;
    expect([await atNear.untilClose(), await atFar.untilClose()]).toEqual([undefined, undefined]);
    expect(atNear.bytes().equals(bytes)).toBe(true);
    expect(atFar.bytes().equals(bytes)).toBe(true);
  });

  test(`${carrier}: half-closed pipes, quiet ones, and what was written while there was no connection`, async () => {
    await using link = await openLink({ carrier });
    const [asked, quiet, both] = [await link.open(), await link.open(), await link.open()];
    const records = [asked, quiet, both].map(({ near, far }) => ({ near: recordPipe(near), far: recordPipe(far) }));
    asked.near.write(Buffer.from('question'));
    asked.near.end();
    await records[0]?.far.untilEnd();
    both.near.write(Buffer.from('a'));
    await records[2]?.far.untilBytes(1);
    const lost = await link.cut();
    asked.far.write(Buffer.from('answer'));
    asked.far.end();
    both.near.write(Buffer.from('b'));
    both.near.end();
    both.far.write(Buffer.from('c'));
    both.far.end();
    await link.comeBack(lost);
    quiet.far.write(Buffer.from('event'));
    expect((await records[1]?.near.untilBytes(5))?.toString()).toBe('event');
    for (const record of [records[0], records[2]]) {
      expect(await record?.near.untilClose()).toBeUndefined();
      expect(await record?.far.untilClose()).toBeUndefined();
    }
    expect(records[0]?.near.bytes().toString()).toBe('answer');
    expect(records[2]?.far.bytes().toString()).toBe('ab');
    expect(records[2]?.near.bytes().toString()).toBe('c');
  });

  test(`${carrier}: a reset while there was no connection arrives with its code`, async () => {
    await using link = await openLink({ carrier });
    const { near, far } = await link.open();
    const [atNear] = [recordPipe(near), recordPipe(far)];
    const lost = await link.cut();
    far.reset(new InterceptError('local_refused', 'Nothing listens.'));
    await link.comeBack(lost);
    expect(await atNear.untilClose()).toMatchObject({ code: 'local_refused' });
  });

  test(`${carrier}: a request into a connection that nobody knows to be dead reaches the agent when it is back`, async () => {
    await using link = await openLink({ carrier });
    // The first one fills the pool, the last ones find it filled.
    for (let count = 0; count < 4; count++) await link.open();
    link.line.set({ stalled: ['down'] });
    const near = await link.manager.sessions[0]?.openPipe(intercept, AbortSignal.timeout(1_000));
    near?.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    const lost = await link.cut();
    link.line.set({});
    await link.comeBack(lost);
    await until(() => link.arrived.length === 5);
    const atFar = recordPipe(link.arrived[4] as Pipe);
    expect((await atFar.untilBytes(18)).toString()).toBe('GET / HTTP/1.1\r\n\r\n');
  });

  test(`${carrier}: an agent that is back before its manager knows that it was away`, async () => {
    await using link = await openLink({ carrier });
    const { near, far } = await link.open();
    const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
    near.write(Buffer.from('one'));
    await atFar.untilBytes(3);
    link.line.set({ stalled: ['up', 'down'] });
    near.write(Buffer.from(' two'));
    far.write(Buffer.from('three'));
    link.line.endHalf('down');
    await link.agent.closed;
    expect(link.manager.ends).toEqual([]);
    link.line.set({});
    await link.comeBack(link.agent.takeLost() as LostSession);
    expect((await atFar.untilBytes(7)).toString()).toBe('one two');
    expect((await atNear.untilBytes(5)).toString()).toBe('three');
    expect(link.manager.ends).toMatchObject([{ t: 'lost', error: { code: 'tunnel_lost' } }]);
  });
}

test('who comes back too late, or not at all, gets nothing', async () => {
  const clock = createFakeClock();
  await using link = await openLink({ clock });
  const { near, far } = await link.open();
  const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
  const lost = await link.cut();
  await until(() => link.manager.ends.length === 1);
  clock.advance(10_000);
  expect(await atNear.untilClose()).toMatchObject({ code: 'tunnel_lost' });
  expect(await atFar.untilClose()).toMatchObject({ code: 'tunnel_lost' });
  await link.comeBack(lost);
  const { near: next, far: nextFar } = await link.open();
  recordPipe(next).pipe.write(Buffer.from('x'));
  expect((await recordPipe(nextFar).untilBytes(1)).toString()).toBe('x');
});

test('a goodbye leaves nothing', async () => {
  await using link = await openLink();
  const { near, far } = await link.open();
  const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
  await link.agent.goodbye();
  expect(link.agent.takeLost()).toBeUndefined();
  expect(await atFar.untilClose()).toMatchObject({ code: 'tunnel_lost' });
  expect(await atNear.untilClose()).toMatchObject({ code: 'tunnel_lost' });
});

/** What claims to be of that session. */
function forge(ticket: LostSession['ticket']): LostSession {
  return { ticket, inherit: () => undefined, [Symbol.dispose]: () => {} } as unknown as LostSession;
}

test.each<[string, (lost: LostSession) => Parameters<typeof openAgent>[1]]>([
  ['with another secret', ({ ticket }) => ({ resume: forge({ ...ticket, secret: Buffer.alloc(32) }) })],
  ['with a secret of another length', ({ ticket }) => ({ resume: forge({ ...ticket, secret: Buffer.alloc(3) }) })],
  ['as another process', ({ ticket }) => ({ resume: forge(ticket), instance: 'fedcba9876543210' })],
  ['with another key', ({ ticket }) => ({ resume: forge(ticket), keyPair: createAgentKey() })],
])('nobody resumes %s, and nobody learns why', async (_name, change) => {
  await using link = await openLink({ proof: 'key', keyPair: createAgentKey() });
  const { near, far } = await link.open();
  const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
  const lost = await link.cut();
  await link.comeBack(lost, change(lost));
  expect(atNear.count('close')).toBe(0);
  expect(link.agent.session).not.toBe(lost.ticket.session);
  await link.agent[Symbol.asyncDispose]();
  await link.comeBack(lost);
  near.write(Buffer.from('still here'));
  expect((await atFar.untilBytes(10)).toString()).toBe('still here');
});

test.each([
  ['more than was sent', { receivedBytes: 4, ended: false }],
  ['an end that was not sent', { receivedBytes: 3, ended: true }],
  ['less than it acknowledged', { receivedBytes: 1, ended: false }],
])('an agent that claims to have %s breaks the protocol', async (_what, progress) => {
  await using manager = await openManager();
  using agent = openRawAgent(manager.server.port);
  const control = agent.control();
  control.send(encodeAgentMessage({ ...hello, versions: { min: 2, max: 2 } }));
  const { session, secret } = await control.untilMessage<WelcomeMessage>('welcome');
  const attach = { session, secret, windowBytes: 100, pipe: 1 };
  const first = agent.carry();
  first.send(encodeAttach({ ...attach, progress: undefined }));
  const near = await manager.sessions[0]?.openPipe(intercept, AbortSignal.timeout(5_000));
  near?.write(Buffer.from('abc'));
  await first.untilMessage<Extract<Frame, { t: 'data' }>>('data');
  first.send(encodeFrame({ t: 'window', bytes: 1, receivedBytes: 2 }));
  const second = agent.carry();
  second.send(encodeAttach({ ...attach, progress }));
  const { error } = await control.untilMessage<Extract<ManagerMessage, { t: 'closed' }>>('closed');
  expect(error).toMatchObject({ code: 'protocol_violation' });
});

test('a pipe that nobody knows, or without a number, is refused, and the session goes on', async () => {
  await using manager = await openManager();
  using agent = openRawAgent(manager.server.port);
  const control = agent.control();
  control.send(encodeAgentMessage({ ...hello, versions: { min: 2, max: 2 } }));
  const { session, secret } = await control.untilMessage<WelcomeMessage>('welcome');
  const known = { session, secret, windowBytes: 100 };
  for (const [pipe, code] of [
    [7, 'tunnel_lost'],
    [0, 'protocol_violation'],
  ] as const) {
    const carry = agent.carry();
    carry.send(encodeAttach({ ...known, pipe, progress: { receivedBytes: 0, ended: false } }));
    expect((await carry.untilMessage<Extract<Frame, { t: 'reset' }>>('reset')).error).toMatchObject({ code });
  }
  expect(manager.ends).toEqual([]);
});

test.each([
  ['an older agent', { versions: { min: 1, max: 1 } }, {}],
  ['an older manager', {}, { versions: { min: 1, max: 1 } }],
])('%s: pipes work, and end with their connection', async (_name, agentSide, managerSide) => {
  await using manager = await openManager(managerSide);
  await using line = await openFaultProxy(manager.server.port);
  await using agent = await openAgent(new URL(`http://127.0.0.1:${line.port}`), agentSide);
  const arrived: Pipe[] = [];
  agent.onPipe((_intercept, pipe) => void arrived.push(pipe));
  const near = await manager.sessions[0]?.openPipe(intercept, AbortSignal.timeout(5_000));
  await until(() => arrived.length === 1);
  const [atNear, atFar] = [recordPipe(near as Pipe), recordPipe(arrived[0] as Pipe)];
  near?.write(pattern(100_000));
  expect((await atFar.untilBytes(100_000)).equals(pattern(100_000))).toBe(true);
  arrived[0]?.write(pattern(100_000));
  expect((await atNear.untilBytes(100_000)).equals(pattern(100_000))).toBe(true);
  line.cut();
  expect(await atFar.untilClose()).toMatchObject({ code: 'tunnel_lost' });
  expect(await atNear.untilClose()).toMatchObject({ code: 'tunnel_lost' });
  expect(agent.takeLost()).toBeUndefined();
});
