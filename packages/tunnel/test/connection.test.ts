import { connect } from 'node:net';
import { createFakeClock, until } from '@switchyard/testkit';
import { encodeDataHead, encodeAgentMessage, encodeAttach, type WelcomeMessage } from '@switchyard/wire';
import { expect, test } from 'vitest';
import { intercept, openAgent, openManager, spec, theSession } from './manager.ts';
import { attach, openRawAgent } from './raw-agent.ts';

test('a connection without a session is broken after 30 s [tunnel.connectionProofMs]', async () => {
  const clock = createFakeClock();
  await using manager = await openManager({ clock });
  const sockets = [1, 2].map(() => connect(manager.server.port, '127.0.0.1').resume());
  await until(() => clock.pending === 2);
  clock.advance(29_999);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false]);
  clock.advance(1);
  await until(() => sockets.every(({ destroyed }) => destroyed));
  expect(clock.pending).toBe(0);
});

test('a connection with a session stays', async () => {
  const clock = createFakeClock();
  await using manager = await openManager({ clock });
  await using agent = await openAgent(manager.url, { clock });
  for (let beat = 0; beat < 8; beat++) {
    clock.advance(5_000);
    await agent.register(spec);
  }
  expect(manager.ends).toEqual([]);
});

test('a connection with nothing but a pipe of a session stays', async () => {
  const clock = createFakeClock();
  await using manager = await openManager({ clock });
  using agent = openRawAgent(manager.server.port);
  using further = openRawAgent(manager.server.port);
  const { control } = await attach(agent);
  const { session, secret } = await control.untilMessage<WelcomeMessage>('welcome');
  const carry = further.carry();
  carry.send(encodeAttach({ session, secret, windowBytes: 1_000, pipe: 1, progress: undefined }));
  await theSession(manager).openPipe(intercept, AbortSignal.timeout(5_000));
  await theSession(manager).openPipe(intercept, AbortSignal.timeout(5_000));
  await carry.untilMessage('open');
  for (let beat = 0; beat < 8; beat++) {
    clock.advance(5_000);
    control.send(encodeAgentMessage({ t: 'register', request: beat, spec }));
    await until(() => control.messages.filter((message) => message.t === 'reply').length > beat);
  }
  expect(carry.closed).toBe(false);
});

test('a connection whose session is over must begin another', async () => {
  const clock = createFakeClock();
  await using manager = await openManager({ clock });
  using agent = openRawAgent(manager.server.port);
  const { control } = await attach(agent);
  control.send(encodeAgentMessage({ t: 'goodbye' }));
  await until(() => control.closed);
  const idle = agent.carry();
  await until(() => clock.pending === 2);
  clock.advance(4_999);
  expect(idle.closed).toBe(false);
  clock.advance(30_000);
  await until(() => idle.closed);
  expect(clock.pending).toBe(0);
});

test('very many tiny messages are handled in many turns', async () => {
  await using manager = await openManager();
  using agent = openRawAgent(manager.server.port);
  const { carry } = await attach(agent);
  const pipe = await theSession(manager).openPipe(intercept, AbortSignal.timeout(10_000));
  await carry.untilMessage('open');
  let [inTurn, most, count] = [0, 0, 0];
  pipe.attach({
    onData: () => {
      inTurn++;
      count++;
      most = Math.max(most, inTurn);
    },
    onEnd: () => {},
    onDrain: () => {},
    onClose: () => {},
  });
  pipe.resume();
  for (let sent = 0; sent < 5_000; sent++) carry.send(Buffer.concat([encodeDataHead(1), Buffer.alloc(1)]));
  while (count < 5_000) {
    await new Promise((resolve) => void setImmediate(resolve));
    inTurn = 0;
  }
  expect(most).toBeLessThanOrEqual(128);
});
