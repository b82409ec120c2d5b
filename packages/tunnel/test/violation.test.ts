import { InterceptError } from '@switchyard/contract';
import { createFakeClock, recordPipe, until, watchLeaks } from '@switchyard/testkit';
import {
  encodeAgentMessage,
  encodeAttach,
  encodeDataHead,
  encodeFrame,
  type Frame,
  type ReceivedManagerMessage,
  type WelcomeMessage,
} from '@switchyard/wire';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionEnd } from '../src/index.ts';
import { carriers, intercept, openManager, spec, theSession } from './manager.ts';
import { attach, hello, openRawAgent } from './raw-agent.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

type Closed = Extract<ReceivedManagerMessage, { t: 'closed' }>;
/** A message of `bytes` bytes that the protocol does not know, so that it is passed over: a field 31. */
function toUnknown(bytes: number): Buffer {
  for (let length = bytes - 6; ; length++) {
    const head = [0xfa, 0x01];
    for (let rest = length; ; rest >>>= 7) {
      head.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      if (rest < 0x80) break;
    }
    if (head.length + length === bytes) return Buffer.concat([Buffer.from(head), Buffer.alloc(length)]);
  }
}

type Reset = Extract<Frame, { t: 'reset' }>;

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

describe.each(carriers)('%s', (carrier) => {
  test('no common version: refused, naming both ranges', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const control = agent.control();
    control.send(encodeAgentMessage({ ...hello, versions: { min: 7, max: 9 } }));
    expect((await control.untilMessage<Closed>('closed')).error).toMatchObject({
      code: 'version_mismatch',
      message: 'The agent speaks protocol versions 7 to 9 and this manager versions 1 to 2: they have none in common.',
      hint: 'Upgrade the manager.',
    });
    await until(() => control.closed);
    expect(manager.hellos).toEqual([]);
  });

  test('an agent that speaks more versions gets the highest common one, and is told how many pipes to keep [tunnel.firstIdlePipes] [tunnel.maxIdlePipes]', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const control = agent.control();
    control.send(encodeAgentMessage({ ...hello, versions: { min: 1, max: 9 } }));
    expect(await control.untilMessage<WelcomeMessage>('welcome')).toMatchObject({ version: 2, idlePipes: 16, maxIdlePipes: 64 });
  });

  test.each([
    ['a wrong secret', (welcome: WelcomeMessage) => ({ ...welcome, secret: Buffer.alloc(32, 1) })],
    ['a short secret', (welcome: WelcomeMessage) => ({ ...welcome, secret: welcome.secret.subarray(0, 31) })],
    ['an unknown session', (welcome: WelcomeMessage) => ({ ...welcome, session: 'somebody-else' as never })],
  ])('a pipe with %s is refused, and the session goes on', async (_name, change) => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const control = agent.control();
    control.send(encodeAgentMessage(hello));
    const { session, secret } = change(await control.untilMessage<WelcomeMessage>('welcome'));
    const carry = agent.carry();
    carry.send(encodeAttach({ session, secret, windowBytes: 1, pipe: 0, progress: undefined }));
    expect((await carry.untilMessage<Reset>('reset')).error).toMatchObject({ code: 'not_signed_in' });
    await until(() => carry.closed);
    expect(manager.ends).toEqual([]);
    expect(control.closed).toBe(false);
  });

  test.each([
    [
      'data beyond its credit',
      (sent: (bytes: Buffer) => void) => {
        for (let sentBytes = 0; sentBytes <= 256 * 1024; sentBytes += 65_536)
          sent(Buffer.concat([encodeDataHead(65_536), Buffer.alloc(65_536)]));
      },
    ],
    [
      'data after its end',
      (sent: (bytes: Buffer) => void) => {
        sent(encodeFrame({ t: 'end' }));
        sent(Buffer.concat([encodeDataHead(1), Buffer.alloc(1)]));
      },
    ],
    [
      'a second attach',
      (sent: (bytes: Buffer) => void) =>
        sent(encodeAttach({ session: 's' as never, secret: Buffer.alloc(32), windowBytes: 1, pipe: 0, progress: undefined })),
    ],
    ['what is no message', (sent: (bytes: Buffer) => void) => sent(Buffer.from([0xff, 0xff]))],
  ])('an agent that sends %s loses its session with protocol_violation', async (_name, misbehave) => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const { control, carry } = await attach(agent);
    const pipe = recordPipe(await theSession(manager).openPipe(intercept, signal()), { paused: true });
    await carry.untilMessage('open');
    misbehave((bytes) => carry.send(bytes));
    expect((await control.untilMessage<Closed>('closed')).error.code).toBe('protocol_violation');
    expect(await pipe.untilClose()).toMatchObject({ code: 'tunnel_lost' });
    await until(() => control.closed && carry.closed && manager.ends.length > 0);
    expect(manager.ends[0]).toMatchObject({ t: 'lost', error: { code: 'protocol_violation' } });
  });

  test('a sender keeps within the credit that its peer gave', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const { carry } = await attach(agent, 1_000);
    const pipe = await theSession(manager).openPipe(intercept, signal());
    recordPipe(pipe);
    pipe.write(Buffer.alloc(5_000));
    const received = (): number => carry.messages.reduce((sum, frame) => sum + (frame.t === 'data' ? frame.bytes.length : 0), 0);
    await until(() => received() === 1_000);
    carry.send(encodeFrame({ t: 'window', bytes: 500, receivedBytes: 0 }));
    await until(() => received() === 1_500);
    expect(pipe.bufferedBytes).toBe(3_500);
  });

  test.each([
    ['no hello', encodeAgentMessage({ t: 'heartbeat' })],
    ['what is no message', Buffer.from([0xff])],
  ])('a stream that begins with %s is refused', async (_name, first) => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const control = agent.control();
    control.send(first);
    expect((await control.untilMessage<Closed>('closed')).error.code).toBe('protocol_violation');
    await until(() => control.closed);
  });

  test('a second hello ends the session; an unknown message is ignored', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const { control } = await attach(agent);
    control.send(Buffer.from([0xfa, 0x01, 0x00]));
    control.send(encodeAgentMessage({ t: 'register', request: 1, spec }));
    await control.untilMessage('reply');
    control.send(encodeAgentMessage(hello));
    expect((await control.untilMessage<Closed>('closed')).error.code).toBe('protocol_violation');
  });

  test('a message of a control stream may have 16 KiB [tunnel.controlBytes]', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const { control } = await attach(agent);
    control.send(toUnknown(16 * 1024));
    control.send(encodeAgentMessage({ t: 'register', request: 1, spec }));
    await control.untilMessage('reply');
    control.send(toUnknown(16 * 1024 + 1));
    expect((await control.untilMessage<Closed>('closed')).error.code).toBe('protocol_violation');
    await until(() => manager.ends.length > 0);
  });

  test('a message may have 72 KiB; a larger one ends its stream, and the session goes on [tunnel.messageBytes]', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const { control, carry } = await attach(agent);
    const pipe = recordPipe(await theSession(manager).openPipe(intercept, signal()));
    carry.send(toUnknown(72 * 1024));
    carry.send(Buffer.concat([encodeDataHead(2), Buffer.from('ok')]));
    expect((await pipe.untilBytes(2)).toString()).toBe('ok');
    carry.send(toUnknown(72 * 1024 + 1));
    await until(() => carry.closed);
    expect(control.closed).toBe(false);
  });

  test('128 requests may be open; one more ends the session [tunnel.openRequests]', async () => {
    let asked = 0;
    const ends: SessionEnd[] = [];
    const never = new Promise<never>(() => {});
    await using manager = await openManager({
      accept: async () => ({
        onRegister: () => {
          asked++;
          return never;
        },
        onUnregister: () => never,
        onRenew: () => never,
        onClose: (end) => void ends.push(end),
      }),
      limits: { maxInterceptsPerSession: 1_000 },
    });
    using agent = openRawAgent(manager.server.port, carrier);
    const { control } = await attach(agent);
    const ask = (request: number): void => control.send(encodeAgentMessage({ t: 'register', request, spec }));
    for (let request = 0; request < 128; request++) ask(request);
    await until(() => asked === 128);
    expect(control.closed).toBe(false);
    ask(128);
    expect((await control.untilMessage<Closed>('closed')).error.code).toBe('protocol_violation');
    await until(() => ends.length > 0);
    expect(asked).toBe(128);
  });

  test('a manager says every 5 s that it lives [tunnel.heartbeatMs]', async () => {
    const clock = createFakeClock();
    await using manager = await openManager({ clock });
    using agent = openRawAgent(manager.server.port, carrier);
    const { control } = await attach(agent);
    const count = (): number => control.messages.filter(({ t }) => t === 'heartbeat').length;
    clock.advance(4_999);
    control.send(encodeAgentMessage({ t: 'register', request: 1, spec }));
    await control.untilMessage('reply');
    expect(count()).toBe(0);
    clock.advance(1);
    await until(() => count() === 1);
  });

  test('a bad request is answered, and the session goes on', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier);
    const { control } = await attach(agent);
    control.send(encodeAgentMessage({ t: 'register', request: 9, spec: { ...spec, service: 'No_Service' as never } }));
    expect(await control.untilMessage('reply')).toMatchObject({ request: 9, result: { t: 'failure', error: { code: 'bad_usage' } } });
    expect(control.closed).toBe(false);
  });

  test('an agent that asks and does not read the answers is dropped before they pile up [tunnel.unreadMessages]', async () => {
    await using manager = await openManager();
    using agent = openRawAgent(manager.server.port, carrier, 65_535);
    const { control } = await attach(agent);
    control.stopReading();
    const request = encodeAgentMessage({ t: 'register', request: 1, spec: { ...spec, service: 'No_Service' as never } });
    for (let count = 0; count < 5_000; count++) control.send(request);
    await until(() => manager.ends.length > 0);
    expect(manager.ends[0]).toMatchObject({ t: 'lost', error: { code: 'tunnel_lost', message: expect.stringContaining('does not read') } });
  });

  test('a stream that says nothing is closed after 5 s [tunnel.helloMs]', async () => {
    const clock = createFakeClock();
    await using manager = await openManager({ clock });
    using agent = openRawAgent(manager.server.port, carrier);
    const [control, carry] = [agent.control(), agent.carry()];
    // Two streams, and their connection or connections.
    await until(() => clock.pending === (carrier === 'grpc' ? 3 : 4));
    clock.advance(4_999);
    expect([control.messages, carry.messages]).toEqual([[], []]);
    clock.advance(1);
    expect((await control.untilMessage<Closed>('closed')).error.code).toBe('request_timeout');
    expect((await carry.untilMessage<Reset>('reset')).error.code).toBe('request_timeout');
    await until(() => control.closed && carry.closed);
  });

  test('a dry pool asks for pipes, waits 5 s and gives up [tunnel.openPipeMs]', async () => {
    const clock = createFakeClock();
    await using manager = await openManager({ clock });
    using agent = openRawAgent(manager.server.port, carrier);
    const { control } = await attach(agent);
    await until(async () => (await theSession(manager).openPipe(intercept, signal())) !== undefined);
    const waits = [1, 2, 3].map(() => theSession(manager).openPipe(intercept, signal()));
    await until(() => control.messages.some((message) => message.t === 'want_pipes' && message.count === 3));
    const over = vi.fn<() => void>();
    for (const wait of waits) wait.catch(over);
    clock.advance(4_999);
    await setImmediate();
    expect(over).not.toHaveBeenCalled();
    clock.advance(1);
    for (const wait of waits) await expect(wait).rejects.toMatchObject({ code: 'limit_reached' });
  });

  test('a manager has as many sessions as it may [tunnel.maxSessions]', async () => {
    await using manager = await openManager({ limits: { maxSessions: 1 } });
    using agent = openRawAgent(manager.server.port, carrier);
    await attach(agent);
    const control = agent.control();
    control.send(encodeAgentMessage(hello));
    expect((await control.untilMessage<Closed>('closed')).error.code).toBe('limit_reached');
  });

  test('a fault of the manager is not told to the agent', async () => {
    await using manager = await openManager({ accept: () => Promise.reject(new TypeError('secret')) });
    using agent = openRawAgent(manager.server.port, carrier);
    const control = agent.control();
    control.send(encodeAgentMessage(hello));
    const { error } = await control.untilMessage<Closed>('closed');
    expect(error.code).toBe('internal');
    expect(error.message).not.toContain('secret');
  });

  test('an agent that leaves while the manager decides is still reported', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const ends: unknown[] = [];
    await using manager = await openManager({
      accept: async () => {
        await promise;
        return {
          onRegister: () => Promise.reject(new InterceptError('internal', 'Not reached.')),
          onUnregister: async () => {},
          onRenew: () => Promise.reject(new InterceptError('internal', 'Not reached.')),
          onClose: (end) => void ends.push(end),
        };
      },
    });
    {
      using agent = openRawAgent(manager.server.port, carrier);
      const control = agent.control();
      control.send(encodeAgentMessage(hello));
      control.send(encodeAgentMessage({ t: 'goodbye' }));
      await until(() => control.closed);
    }
    resolve();
    await until(() => ends.length > 0);
    expect(ends).toEqual([{ t: 'goodbye' }]);
  });
});
