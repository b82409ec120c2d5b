import {
  actorKinds,
  InterceptError,
  type Actor,
  type ActorKind,
  type InterceptId,
  type InterceptSpec,
  type SessionId,
} from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import { ControlRequestSchema, type Hello, type Proof } from './generated/switchyard/tunnel/v1/tunnel_pb.ts';
import { ActorKind as ProtoKind, type Actor as ProtoActor } from './generated/switchyard/types/v1/types_pb.ts';
import { fromSpec, parseInterceptId, toSpec } from './intercept.ts';
import { wireLimits } from './limits.ts';
import type { VersionRange } from './manager-info.ts';
import { parseSessionId } from './manager-message.ts';
import { parseOwner, parseText } from './text.ts';
import { parseMessage, toViolation } from './violation.ts';

/** Names a lost session, as one who was in it. */
export interface ResumeTicket {
  readonly session: SessionId;
  /** 32 bytes where it is honest. */
  readonly secret: Uint8Array;
}

/** The first message of an agent. */
export interface HelloMessage {
  readonly t: 'hello';
  readonly instance: string;
  readonly owner: string;
  readonly client: string;
  readonly versions: VersionRange;
  readonly token: string | undefined;
  /** An Ed25519 public key: 32 bytes. */
  readonly publicKey: Uint8Array | undefined;
  /** The lost session whose pipes this one goes on with. */
  readonly resume: ResumeTicket | undefined;
  /** What works there, as it says itself. */
  readonly actor?: Actor | undefined;
}

/** Answers a challenge. */
export interface ProofMessage {
  readonly t: 'proof';
  /** An Ed25519 signature: 64 bytes. */
  readonly signature: Uint8Array;
}

/** What an agent asks; `request` is the number that the answer carries. */
export type AgentRequest =
  | { readonly t: 'register'; readonly request: number; readonly spec: InterceptSpec }
  | { readonly t: 'unregister'; readonly request: number; readonly id: InterceptId }
  | { readonly t: 'renew'; readonly request: number; readonly id: InterceptId; readonly lifetimeMs: number | undefined };

/** What an agent sends on its control stream. */
export type AgentMessage = HelloMessage | ProofMessage | AgentRequest | { readonly t: 'heartbeat' } | { readonly t: 'goodbye' };

/** What a manager reads: also what it cannot do (`invalid`: answer the request with `error`) or does not know (ignore it). */
export type ReceivedAgentMessage =
  | AgentMessage
  | { readonly t: 'invalid'; readonly request: number; readonly error: InterceptError }
  | { readonly t: 'unknown' };

/** An agent's message as bytes. */
export function encodeAgentMessage(message: AgentMessage): Buffer {
  return encodeMessage(ControlRequestSchema, { message: toProto(message) });
}

type ProtoMessage = NonNullable<Parameters<typeof encodeMessage<typeof ControlRequestSchema>>[1]['message']>;

function toProto(message: AgentMessage): ProtoMessage {
  switch (message.t) {
    case 'hello': {
      const { instance, owner, client, versions, token, publicKey, resume, actor } = message;
      return {
        case: 'hello',
        value: {
          instance,
          owner,
          client,
          versions,
          credentials: token === undefined ? { case: undefined } : { case: 'token', value: token },
          ...(publicKey === undefined ? {} : { publicKey: Uint8Array.from(publicKey) }),
          ...(resume === undefined ? {} : { resume: { session: resume.session, secret: Uint8Array.from(resume.secret) } }),
          ...(actor === undefined ? {} : { actor: { kind: kinds[actor.kind], onBehalfOf: actor.onBehalfOf ?? '' } }),
        },
      };
    }
    case 'proof':
      return { case: 'proof', value: { signature: Uint8Array.from(message.signature) } };
    case 'heartbeat':
      return { case: 'heartbeat', value: {} };
    case 'goodbye':
      return { case: 'goodbye', value: {} };
    case 'register':
      return { case: 'register', value: { request: message.request, spec: toSpec(message.spec) } };
    case 'unregister':
      return { case: 'unregister', value: { request: message.request, id: message.id } };
    case 'renew': {
      const { request, id, lifetimeMs } = message;
      return { case: 'renew', value: { request, id, ...(lifetimeMs === undefined ? {} : { lifetimeMs }) } };
    }
  }
}

/** An agent's message; throws `protocol_violation` (no message) or `bad_usage` (a hello that says nonsense). */
export function parseAgentMessage(bytes: Uint8Array): ReceivedAgentMessage {
  const { message } = parseMessage(ControlRequestSchema, bytes);
  switch (message.case) {
    case 'hello':
      return parseHello(message.value);
    case 'proof':
      return parseProof(message.value);
    case 'heartbeat':
      return { t: 'heartbeat' };
    case 'goodbye':
      return { t: 'goodbye' };
    case 'register': {
      const { request, spec } = message.value;
      return parseRequest(request, () => ({ t: 'register', request, spec: fromSpec(spec) }));
    }
    case 'unregister': {
      const { request, id } = message.value;
      return parseRequest(request, () => ({ t: 'unregister', request, id: parseInterceptId(id) }));
    }
    case 'renew': {
      const { request, id, lifetimeMs } = message.value;
      return parseRequest(request, () => ({ t: 'renew', request, id: parseInterceptId(id), lifetimeMs }));
    }
    case undefined:
      return { t: 'unknown' };
  }
}

function parseRequest(request: number, parse: () => AgentRequest): ReceivedAgentMessage {
  try {
    return parse();
  } catch (reason) {
    return { t: 'invalid', request, error: InterceptError.from(reason) };
  }
}

const { nameCharacters, tokenCharacters } = wireLimits;

function parseHello(hello: Hello): HelloMessage {
  const { min, max } = hello.versions ?? { min: 0, max: 0 };
  if (min < 1 || max < min) throw toViolation('its hello names no protocol version');
  if (!/^[\x21-\x7e]{16,64}$/.test(hello.instance)) throw toViolation('its hello has no instance of 16 to 64 characters');
  return {
    t: 'hello',
    instance: hello.instance,
    owner: parseOwner(hello.owner),
    client: parseText('client', hello.client, nameCharacters.value),
    versions: { min, max },
    publicKey: hello.publicKey.length === 0 ? undefined : parsePublicKey(hello.publicKey),
    resume: hello.resume && { session: parseSessionId(hello.resume.session), secret: Uint8Array.from(hello.resume.secret) },
    ...(hello.actor === undefined ? {} : { actor: parseActor(hello.actor) }),
    token: hello.credentials.case === 'token' ? parseText('token', hello.credentials.value, tokenCharacters.value) : undefined,
  };
}

const kinds: Readonly<Record<ActorKind, ProtoKind>> = { person: ProtoKind.PERSON, agent: ProtoKind.AGENT, ci: ProtoKind.CI };

/** A kind of another version counts as a person. */
function parseActor({ kind, onBehalfOf }: ProtoActor): Actor {
  const known = actorKinds.find((each) => kinds[each] === kind) ?? 'person';
  return onBehalfOf === '' ? { kind: known } : { kind: known, onBehalfOf: parseText('actor', onBehalfOf, nameCharacters.value) };
}

/** A copy: a hello is known for as long as its session lives, and would hold all the bytes that it came in. */
function parsePublicKey(key: Uint8Array): Uint8Array {
  if (key.length !== 32) throw toViolation('the public key in its hello has not 32 bytes');
  return Uint8Array.from(key);
}

function parseProof({ signature }: Proof): ProofMessage {
  if (signature.length !== 64) throw toViolation('its proof has no signature of 64 bytes');
  return { t: 'proof', signature };
}
