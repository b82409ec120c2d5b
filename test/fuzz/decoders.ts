import { InterceptError, type InterceptInfo, type InterceptSpec } from '@switchyard/contract';
import { z } from '@switchyard/config';
import { fromMatchObject, type MatchObject } from '@switchyard/kube';
import { checkMatch } from '@switchyard/route';
import {
  encodeAgentMessage,
  encodeAttach,
  encodeEvent,
  encodeEventRequest,
  encodeFailure,
  encodeFrame,
  encodeIntercepts,
  encodeManagerInfo,
  encodeManagerMessage,
  encodeOpen,
  encodeQuestion,
  encodeRemoval,
  encodeServices,
  parseAgentFrame,
  parseAgentMessage,
  parseEvent,
  parseEventRequest,
  parseFailure,
  parseIntercepts,
  parseManagerFrame,
  parseManagerInfo,
  parseManagerMessage,
  parseQuestion,
  parseRemoval,
  parseServices,
} from '@switchyard/wire';

/** Something that makes sense of bytes of strangers. */
export interface Decoder {
  /** Whole inputs that are to be understood. */
  readonly seeds: readonly Buffer[];
  /** What the bytes say. Throws `InterceptError` where they say nothing, and nothing else. */
  readonly decode: (bytes: Buffer) => unknown;
  /** Whether people see its texts, so that none may have what a terminal acts on. */
  readonly isShown: boolean;
}

const id = 'orders.http.alice' as InterceptInfo['id'];
const date = new Date(Date.UTC(2026, 0, 1));

const spec = {
  service: 'orders',
  port: 'http',
  key: 'alice',
  match: [
    [
      { t: 'header', name: 'x-team', text: { t: 'regex', value: 'blue|green' } },
      { t: 'percent', percent: 12.5 },
    ],
    [
      { t: 'query', name: 'debug', text: { t: 'present' } },
      { t: 'path', text: { t: 'prefix', value: '/orders' } },
    ],
  ],
  whenAway: 'fail',
  lifetimeMs: 60_000,
  directPort: 8080,
  sharedWith: ['bob'],
  joins: true,
} as unknown as InterceptSpec;

const info = { ...spec, id, owner: 'alice', session: 'ready', client: 'laptop', createdAt: date, expiresAt: date } as InterceptInfo;

const agentMessages: readonly Buffer[] = [
  encodeAgentMessage({
    t: 'hello',
    instance: 'instance-0123456789',
    owner: 'alice',
    client: 'laptop',
    versions: { min: 1, max: 2 },
    token: 'token',
    publicKey: Buffer.alloc(32, 1),
    resume: { session: 'abc' as never, secret: Buffer.alloc(32, 2) },
    actor: { kind: 'agent', onBehalfOf: 'alice' },
  }),
  encodeAgentMessage({ t: 'proof', signature: Buffer.alloc(64, 3) }),
  encodeAgentMessage({ t: 'register', request: 1, spec }),
  encodeAgentMessage({ t: 'renew', request: 3, id, lifetimeMs: 1 }),
];

const managerMessages: readonly Buffer[] = [
  encodeManagerMessage({
    t: 'welcome',
    session: 'abc' as never,
    secret: Buffer.alloc(32, 4),
    version: 2,
    idlePipes: 1,
    maxIdlePipes: 2,
    maxPipes: 3,
    resumed: true,
  }),
  encodeManagerMessage({ t: 'challenge', nonce: Buffer.alloc(32, 5) }),
  encodeManagerMessage({ t: 'reply', request: 1, result: { t: 'intercept', intercept: info } }),
  encodeManagerMessage({ t: 'event', event: { t: 'intercept_ended', id, reason: 'revoked', message: 'Ended by carol.' } }),
  encodeManagerMessage({ t: 'closed', error: new InterceptError('not_allowed', 'No.', { hint: 'Ask.' }) }),
];

const match: MatchObject = [
  { allOf: [{ header: { name: 'x-team', exact: 'blue' } }, { cookie: { name: 'canary', present: true } }] },
  { allOf: [{ path: { regex: '/orders/.*' } }, { method: 'GET' }, { percent: 1 }] },
];

/** Every decoder of what comes from elsewhere, by name; that of HTTP/1.1 and HTTP/2 are subjects of their own. */
export const decoders: Readonly<Record<string, Decoder>> = {
  agentMessage: { decode: parseAgentMessage, isShown: true, seeds: agentMessages },
  managerMessage: { decode: parseManagerMessage, isShown: true, seeds: managerMessages },
  agentFrame: {
    decode: parseAgentFrame,
    isShown: false,
    seeds: [
      encodeAttach({ session: 'abc' as never, secret: Buffer.alloc(32, 6), windowBytes: 1, pipe: 1, progress: undefined }),
      encodeFrame({ t: 'window', bytes: 65_536, receivedBytes: 1 }),
    ],
  },
  managerFrame: { decode: parseManagerFrame, isShown: false, seeds: [encodeOpen({ intercept: id, windowBytes: 1 })] },
  managerInfo: {
    decode: parseManagerInfo,
    isShown: true,
    seeds: [
      encodeManagerInfo({
        version: '1.0.0',
        protocol: { min: 1, max: 2 },
        auth: 'kubernetes',
        owner: 'alice',
        now: date,
        policy: { keyless: true, percent: false },
      }),
    ],
  },
  services: {
    decode: parseServices,
    isShown: true,
    seeds: [
      encodeServices([
        { name: spec.service, ports: [{ name: 'http', listen: 'a:1', baseline: 'b:2', protocol: 'auto', notes: ['A note.'] }] },
      ]),
    ],
  },
  intercepts: { decode: parseIntercepts, isShown: true, seeds: [encodeIntercepts([info])] },
  removal: { decode: parseRemoval, isShown: true, seeds: [encodeRemoval({ service: spec.service, all: false })] },
  question: {
    decode: parseQuestion,
    isShown: false,
    seeds: [
      encodeQuestion({
        service: spec.service,
        port: 'http',
        method: 'GET',
        target: '/orders?x=1',
        header: [['x-team', 'blue']],
        clientAddress: '127.0.0.1',
      }),
    ],
  },
  eventRequest: { decode: parseEventRequest, isShown: true, seeds: [encodeEventRequest({ all: true, after: 'abc-1', follow: true })] },
  event: {
    decode: parseEvent,
    isShown: true,
    seeds: [
      encodeEvent({
        id: 'abc-1',
        at: date,
        type: 'intercept_ended',
        owner: 'alice',
        intercept: id,
        reason: 'revoked',
        message: 'It ended.',
      }),
    ],
  },
  failure: { decode: parseFailure, isShown: true, seeds: [encodeFailure(new InterceptError('not_allowed', 'No.', { hint: 'Ask.' }))] },
  // What anybody may write into an object, past the definition of the resource where that is an older one.
  matchObject: { decode: decodeMatch, isShown: false, seeds: [Buffer.from(JSON.stringify(match))] },
};

function decodeMatch(bytes: Buffer): unknown {
  const object = parseJson(bytes);
  if (!isStructural(object)) throw new InterceptError('bad_usage', 'The API server keeps no such object.');
  const found = fromMatchObject(object);
  if (found === undefined) throw new InterceptError('bad_usage', 'The match has a condition that is none.');
  return checkMatch(found);
}

/** The API server sends JSON, or nothing is read. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new InterceptError('bad_usage', 'It is no JSON.', { cause });
  }
}

const text = z.strictObject({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
  present: z.boolean().optional(),
});
const named = text.extend({ name: z.string() });
const condition = z.strictObject({
  header: named.optional(),
  path: text.optional(),
  method: z.string().optional(),
  query: named.optional(),
  cookie: named.optional(),
  percent: z.number().optional(),
});
const structure = z.array(z.strictObject({ allOf: z.array(condition) }));

/** The types, and nothing else, of what the definition of the resource lets pass. */
function isStructural(value: unknown): value is MatchObject {
  return structure.safeParse(value).success;
}
