import { generateKeyPairSync } from 'node:crypto';
import { createFakeClock, until, watchLeaks } from '@switchyard/testkit';
import { encodeAgentMessage, type ManagerMessage, type ReceivedManagerMessage } from '@switchyard/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAgentKey, signProof, type AgentKeyPair } from '../src/agent-key.ts';
import { openFalseManager } from './false-manager.ts';
import { openAgent, openManager, theSession, type TestManager } from './manager.ts';
import { hello, openRawAgent, type RawAgent, type RawStream } from './raw-agent.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

type Closed = Extract<ReceivedManagerMessage, { t: 'closed' }>;
type Challenge = Extract<ReceivedManagerMessage, { t: 'challenge' }>;

const keyPair = createAgentKey();
const { instance } = hello;
const keyBytes = ({ publicKey }: AgentKeyPair): Buffer => Buffer.from(publicKey, 'base64');
const keyedHello = encodeAgentMessage({ ...hello, publicKey: keyBytes(keyPair) });
const sign = (nonce: Uint8Array, by = keyPair, as = instance): Buffer =>
  encodeAgentMessage({ t: 'proof', signature: signProof(by, { nonce, instance: as }) });

/** An agent that said hello with a key and got its challenge. */
async function challenge(agent: RawAgent): Promise<{ control: RawStream<ReceivedManagerMessage>; nonce: Uint8Array }> {
  const control = agent.control();
  control.send(keyedHello);
  return { control, nonce: (await control.untilMessage<Challenge>('challenge')).nonce };
}

async function expectRefused(manager: TestManager, control: RawStream<ReceivedManagerMessage>, code: string): Promise<void> {
  expect((await control.untilMessage<Closed>('closed')).error.code).toBe(code);
  await until(() => control.closed);
  expect(manager.hellos).toEqual([]);
}

test('who holds the key is asked for it once, and is known by it', async () => {
  await using manager = await openManager({ proof: 'key' });
  await using agent = await openAgent(manager.url, { keyPair });
  expect(manager.hellos).toMatchObject([{ owner: 'alice', publicKey: keyPair.publicKey }]);
  expect(theSession(manager).remoteAddress).toBe('127.0.0.1');
  expect(agent.session).toBe(theSession(manager).id);
});

test('each session proves its own key', async () => {
  await using manager = await openManager({ proof: 'key' });
  const other = createAgentKey();
  await using first = await openAgent(manager.url, { keyPair });
  await using second = await openAgent(manager.url, { keyPair: other });
  expect(manager.hellos.map(({ publicKey }) => publicKey)).toEqual([keyPair.publicKey, other.publicKey]);
  expect(first.session).not.toBe(second.session);
});

test('a public key is the 32 bytes that others know it by', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  expect(keyBytes(keyPair)).toHaveLength(32);
  expect(signProof({ publicKey: raw.toString('base64'), privateKey }, { nonce: Buffer.alloc(32), instance })).toHaveLength(64);
});

test('a manager that asks for no proof does not believe a key', async () => {
  await using manager = await openManager();
  await using agent = await openAgent(manager.url, { keyPair });
  expect(agent.session).toBe(theSession(manager).id);
  expect(manager.hellos).toMatchObject([{ publicKey: undefined }]);
});

test('an agent without a key is refused', async () => {
  await using manager = await openManager({ proof: 'key' });
  await expect(openAgent(manager.url)).rejects.toMatchObject({ code: 'not_signed_in', message: expect.stringContaining('named none') });
  expect(manager.hellos).toEqual([]);
});

test.each([
  ['by another key', (nonce: Uint8Array) => sign(nonce, createAgentKey())],
  ['of another nonce', () => sign(Buffer.alloc(32))],
  ['for another instance', (nonce: Uint8Array) => sign(nonce, keyPair, 'fedcba9876543210')],
  ['that is none', () => encodeAgentMessage({ t: 'proof', signature: Buffer.alloc(64) })],
])('a signature %s is refused', async (_name, answer) => {
  await using manager = await openManager({ proof: 'key' });
  using agent = openRawAgent(manager.server.port);
  const { control, nonce } = await challenge(agent);
  control.send(answer(nonce));
  await expectRefused(manager, control, 'not_signed_in');
});

test('a key that is no point of the curve proves nothing', async () => {
  await using manager = await openManager({ proof: 'key' });
  using agent = openRawAgent(manager.server.port);
  const control = agent.control();
  control.send(encodeAgentMessage({ ...hello, publicKey: Buffer.alloc(32, 0xff) }));
  control.send(sign((await control.untilMessage<Challenge>('challenge')).nonce));
  await expectRefused(manager, control, 'not_signed_in');
});

test('a signature is good for one stream', async () => {
  await using manager = await openManager({ proof: 'key' });
  using agent = openRawAgent(manager.server.port);
  const [first, second] = [await challenge(agent), await challenge(agent)];
  expect(first.nonce).not.toEqual(second.nonce);
  second.control.send(sign(first.nonce));
  await expectRefused(manager, second.control, 'not_signed_in');
  first.control.send(sign(first.nonce));
  await first.control.untilMessage('welcome');
  first.control.send(sign(first.nonce));
  expect((await first.control.untilMessage<Closed>('closed')).error.code).toBe('protocol_violation');
});

test.each([
  ['a request', encodeAgentMessage({ t: 'heartbeat' })],
  ['another hello', keyedHello],
  ['a signature that is too short', encodeAgentMessage({ t: 'proof', signature: Buffer.alloc(63) })],
])('%s in the place of a proof is a violation', async (_name, answer) => {
  await using manager = await openManager({ proof: 'key' });
  using agent = openRawAgent(manager.server.port);
  const { control } = await challenge(agent);
  control.send(answer);
  await expectRefused(manager, control, 'protocol_violation');
});

test('an agent that is silent when it is asked has the rest of the time for its hello', async () => {
  const clock = createFakeClock();
  await using manager = await openManager({ clock, proof: 'key' });
  using agent = openRawAgent(manager.server.port);
  const control = agent.control();
  // The stream and its connection.
  await until(() => clock.pending === 2);
  clock.advance(4_000);
  control.send(keyedHello);
  await control.untilMessage('challenge');
  clock.advance(999);
  expect(control.messages).toHaveLength(1);
  clock.advance(1);
  await expectRefused(manager, control, 'request_timeout');
});

test('an agent that leaves when it is asked is no session', async () => {
  const clock = createFakeClock();
  await using manager = await openManager({ clock, proof: 'key' });
  using agent = openRawAgent(manager.server.port);
  const { control } = await challenge(agent);
  control.send(encodeAgentMessage({ t: 'goodbye' }));
  await until(() => control.closed);
  expect(manager.hellos).toEqual([]);
  // Of its connection.
  expect(clock.pending).toBe(1);
});

const aChallenge: ManagerMessage = { t: 'challenge', nonce: Buffer.alloc(32) };

test('an agent without a key signs nothing, one with a key once', async () => {
  using once = await openFalseManager(() => [aChallenge]);
  await expect(openAgent(once.url)).rejects.toMatchObject({ code: 'protocol_violation' });
  using twice = await openFalseManager(() => [aChallenge, aChallenge]);
  await expect(openAgent(twice.url, { keyPair })).rejects.toMatchObject({ code: 'protocol_violation' });
});
