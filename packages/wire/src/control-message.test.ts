import { create, toBinary } from '@bufbuild/protobuf';
import {
  InterceptError,
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type SessionId,
} from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeAgentMessage, parseAgentMessage, type AgentMessage } from './agent-message.ts';
import { ControlRequestSchema, ControlResponseSchema, type EndReason } from './generated/switchyard/tunnel/v1/tunnel_pb.ts';
import { encodeManagerMessage, parseManagerMessage, type ManagerMessage } from './manager-message.ts';

const service = parseServiceName('orders');
const key = parseRoutingKey('alice');
const id = toInterceptId(service, 'http', key);
const spec: InterceptSpec = {
  service,
  port: undefined,
  key,
  match: [],
  sharedWith: [],
  joins: false,
  whenAway: 'fail',
  lifetimeMs: undefined,
  directPort: undefined,
};
const waiting = { accepted: false, reason: 'ApprovalPending', message: 'Somebody has to approve it.' };
const closing = { at: new Date(1_500), message: 'The namespace is drained.' };
const intercept: InterceptInfo = {
  id,
  service,
  port: 'http',
  key,
  match: [],
  sharedWith: [],
  joins: false,
  owner: 'alice@example.com',
  whenAway: 'baseline',
  session: 'away',
  client: 'laptop',
  createdAt: new Date('2030-01-01T00:00:00.123Z'),
  expiresAt: new Date('2030-01-01T08:00:00Z'),
};
const hello: Extract<AgentMessage, { t: 'hello' }> = {
  t: 'hello',
  instance: '0123456789abcdef',
  owner: 'alice',
  client: 'laptop',
  versions: { min: 1, max: 2 },
  token: undefined,
  publicKey: undefined,
  resume: undefined,
};
const publicKey = new Uint8Array(32).fill(7);
const secret = new Uint8Array(32).fill(9);
const signature = Buffer.alloc(64, 8);

const agentMessages: readonly AgentMessage[] = [
  hello,
  { ...hello, token: 'secret', client: '' },
  { ...hello, publicKey },
  { ...hello, resume: { session: 's-1' as SessionId, secret } },
  { t: 'proof', signature },
  { t: 'heartbeat' },
  { t: 'goodbye' },
  { t: 'register', request: 1, spec },
  { t: 'register', request: 2, spec: { ...spec, port: '8080', whenAway: 'baseline', lifetimeMs: 28_800_000 } },
  { t: 'register', request: 3, spec: { ...spec, directPort: 1 } },
  { t: 'register', request: 5, spec: { ...spec, sharedWith: ['*'], match: [[{ t: 'method', method: 'GET' }]] } },
  { t: 'register', request: 6, spec: { ...spec, key: undefined, joins: true, match: [[{ t: 'percent', percent: 0.1 }]] } },
  { t: 'register', request: 4, spec: { ...spec, directPort: 65_535 } },
  { t: 'unregister', request: 3, id },
  { t: 'renew', request: 4, id, lifetimeMs: undefined },
  { t: 'renew', request: 5, id, lifetimeMs: 0 },
];

function outcomeOf(parse: () => unknown): string {
  try {
    parse();
    return 'message';
  } catch (reason) {
    return String(reason);
  }
}

test.each(agentMessages)('an agent message comes back as it was: $t', (message) => {
  expect(parseAgentMessage(encodeAgentMessage(message))).toEqual(message);
});

const managerMessages: readonly ManagerMessage[] = [
  {
    t: 'welcome',
    session: 's-1' as SessionId,
    secret: Buffer.alloc(32, 9),
    version: 1,
    idlePipes: 16,
    maxIdlePipes: 256,
    maxPipes: 4096,
    resumed: true,
  },
  { t: 'challenge', nonce: Buffer.alloc(32, 3) },
  { t: 'heartbeat' },
  { t: 'reply', request: 1, result: { t: 'intercept', intercept } },
  { t: 'reply', request: 2, result: { t: 'done' } },
  { t: 'want_pipes', count: 3 },
  { t: 'event', event: { t: 'draining' } },
  { t: 'event', event: { t: 'expiry_warning', id, expiresAt: intercept.expiresAt } },
  { t: 'event', event: { t: 'expiry_warning', id, expiresAt: intercept.expiresAt, message: 'The namespace is drained.' } },
  { t: 'event', event: { t: 'intercept_renewed', id, expiresAt: intercept.expiresAt, closing } },
  { t: 'reply', request: 9, result: { t: 'intercept', intercept: { ...intercept, closing } } },
  { t: 'reply', request: 9, result: { t: 'intercept', intercept: { ...intercept, waiting } } },
  { t: 'event', event: { t: 'intercept_changed', intercept: { ...intercept, waiting } } },
  { t: 'event', event: { t: 'intercept_changed', intercept } },
  { t: 'event', event: { t: 'intercept_renewed', id, expiresAt: intercept.expiresAt } },
  { t: 'event', event: { t: 'intercept_ended', id, reason: 'removed' } },
  { t: 'event', event: { t: 'intercept_ended', id, reason: 'expired' } },
  { t: 'event', event: { t: 'intercept_ended', id, reason: 'session_gone' } },
  { t: 'event', event: { t: 'intercept_ended', id, reason: 'replaced' } },
];

test.each(managerMessages)('a manager message comes back as it was: $t', (message) => {
  expect(parseManagerMessage(encodeManagerMessage(message))).toEqual(message);
});

test('a refusal keeps code, message and hint', () => {
  const error = new InterceptError('not_signed_in', 'The token is wrong.', { hint: 'Ask for another.', cause: 'secret' });
  for (const message of [
    parseManagerMessage(encodeManagerMessage({ t: 'closed', error })),
    parseManagerMessage(encodeManagerMessage({ t: 'reply', request: 1, result: { t: 'failure', error } })),
  ]) {
    const got =
      message.t === 'closed' ? message.error : message.t === 'reply' && message.result.t === 'failure' ? message.result.error : undefined;
    expect(got?.cause).toBeUndefined();
    expect(got).toMatchObject({ code: 'not_signed_in', message: 'The token is wrong.', hint: 'Ask for another.' });
  }
});

test('of a hello nothing holds the bytes that it came in', () => {
  const bytes = encodeAgentMessage({ ...hello, publicKey, resume: { session: 's-1' as SessionId, secret } });
  const parsed = parseAgentMessage(bytes);
  if (parsed.t !== 'hello') throw new Error(`It is a ${parsed.t}.`);
  bytes.fill(0);
  expect(parsed).toMatchObject({ publicKey, resume: { secret } });
});

test.each([
  { owner: '' },
  { owner: 'a'.repeat(129) },
  { owner: 'al\u001b[31mice' },
  { owner: 'al\u202eice' },
  { client: 'x\ny' },
  { client: 'c'.repeat(129) },
  { token: 't'.repeat(8193) },
  { instance: 'short' },
  { instance: 'i'.repeat(65) },
  { versions: { min: 0, max: 1 } },
  { versions: { min: 2, max: 1 } },
  { publicKey: Buffer.alloc(31) },
  { publicKey: Buffer.alloc(33) },
])('a hello that says nonsense is refused: %o', (part) => {
  expect(() => parseAgentMessage(encodeAgentMessage({ ...hello, ...part }))).toThrow(InterceptError);
});

test.each([
  { service: 'Orders' },
  { service: '' },
  { key: 'a_b' },
  { port: 'x y' },
  { service: 'o'.repeat(5000) },
  { directPort: 0 },
  { directPort: 65_536 },
])('a request with bad content can still be answered: %o', (part) => {
  const bytes = toBinary(
    ControlRequestSchema,
    create(ControlRequestSchema, {
      message: { case: 'register', value: { request: 7, spec: { service: 'orders', key: 'alice', ...part } } },
    }),
  );
  const message = parseAgentMessage(bytes);
  expect(message).toMatchObject({ t: 'invalid', request: 7, error: { code: 'bad_usage' } });
  expect(message.t === 'invalid' && message.error.message.length).toBeLessThan(400);
});

test.each([0, 63, 65])('a signature of %s bytes and a nonce that is too short or too long are violations', (length) => {
  const proof = encodeAgentMessage({ t: 'proof', signature: Buffer.alloc(length) });
  expect(() => parseAgentMessage(proof)).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
  const challenge = encodeManagerMessage({ t: 'challenge', nonce: Buffer.alloc(length) });
  expect(() => parseManagerMessage(challenge)).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
});

test('an id that is no intercept id is refused', () => {
  for (const bad of ['orders', 'orders.http', 'orders.http.alice.more', 'Orders.http.alice', '']) {
    const bytes = toBinary(
      ControlRequestSchema,
      create(ControlRequestSchema, { message: { case: 'unregister', value: { request: 1, id: bad } } }),
    );
    expect(parseAgentMessage(bytes)).toMatchObject({ t: 'invalid', error: { code: 'bad_usage' } });
  }
});

test('an unknown end reason counts as removed, an unknown message is unknown', () => {
  const ended = create(ControlResponseSchema, { message: { case: 'interceptEnded', value: { id, reason: 99 as EndReason } } });
  expect(parseManagerMessage(toBinary(ControlResponseSchema, ended))).toEqual({
    t: 'event',
    event: { t: 'intercept_ended', id, reason: 'removed' },
  });
  expect(parseManagerMessage(Buffer.from([0xfa, 0x01, 0x00]))).toEqual({ t: 'unknown' });
  expect(parseAgentMessage(Buffer.alloc(0))).toEqual({ t: 'unknown' });
});

test('any bytes are a message or an InterceptError, never another failure', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...agentMessages.map(encodeAgentMessage), ...managerMessages.map(encodeManagerMessage)),
      fc.nat(),
      fc.nat(255),
      (bytes, at, value) => {
        const broken = Buffer.from(bytes);
        broken[at % Math.max(1, broken.length)] = value;
        for (const parse of [parseAgentMessage, parseManagerMessage]) {
          expect(outcomeOf(() => parse(broken))).toMatch(/^(?:message|InterceptError)/);
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test('a name may have 128 characters and a token 8192, and no more [wire.nameCharacters] [wire.tokenCharacters]', () => {
  const largest = { ...hello, owner: 'o'.repeat(128), client: 'c'.repeat(128), token: 't'.repeat(8192) };
  expect(parseAgentMessage(encodeAgentMessage(largest))).toEqual(largest);
  for (const part of ['owner', 'client', 'token'] as const) {
    const larger = encodeAgentMessage({ ...largest, [part]: `${largest[part]}x` });
    expect(() => parseAgentMessage(larger)).toThrow(expect.objectContaining({ code: 'bad_usage' }));
  }
});

test('the largest wish fits into a message of the control stream [wire.sharedWith]', () => {
  const sharedWith = Array.from({ length: 16 }, () => '日'.repeat(128));
  const match: InterceptSpec['match'] = [[{ t: 'method', method: 'x'.repeat(8_180) }]];
  const message = encodeAgentMessage({ t: 'register', request: 1, spec: { ...spec, match, sharedWith } });
  expect(message.length).toBeLessThan(16 * 1024);
  expect(parseAgentMessage(message)).toMatchObject({ t: 'register', spec: { match, sharedWith } });
  const more = encodeAgentMessage({ t: 'register', request: 1, spec: { ...spec, sharedWith: [...sharedWith, 'bob'] } });
  expect(parseAgentMessage(more)).toMatchObject({ t: 'invalid', error: { code: 'bad_usage' } });
});
