import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { EndReason, InterceptError, InterceptInfo, SessionId } from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import { fromFailure, toFailure } from './failure.ts';
import {
  ControlResponseSchema,
  EndReason as ProtoReason,
  type Challenge,
  type ExpiryWarningSchema,
  type InterceptRenewedSchema,
  type Reply,
  type Welcome,
} from './generated/switchyard/tunnel/v1/tunnel_pb.ts';
import { fromClosing, fromIntercept, fromTimestamp, parseInterceptId, toClosing, toIntercept } from './intercept.ts';
import { wireLimits } from './limits.ts';
import type { SessionEvent } from './session-event.ts';
import { toShown } from './text.ts';
import { parseMessage, toViolation } from './violation.ts';

/** The first message of a manager that takes the session. */
export interface WelcomeMessage {
  readonly t: 'welcome';
  readonly session: SessionId;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
  readonly version: number;
  readonly idlePipes: number;
  readonly maxIdlePipes: number;
  readonly maxPipes: number;
  /** Whether the pipes of the session that the hello named go on. */
  readonly resumed: boolean;
}

/** Asks for a proof of the key that the hello named. */
export interface ChallengeMessage {
  readonly t: 'challenge';
  /** 32 random bytes, used once. */
  readonly nonce: Uint8Array;
}

/** How a request went. */
export type ReplyResult =
  | { readonly t: 'intercept'; readonly intercept: InterceptInfo }
  | { readonly t: 'done' }
  | { readonly t: 'failure'; readonly error: InterceptError };

/** What a manager sends on the control stream. */
export type ManagerMessage =
  | WelcomeMessage
  | ChallengeMessage
  | { readonly t: 'heartbeat' }
  | { readonly t: 'closed'; readonly error: InterceptError }
  | { readonly t: 'reply'; readonly request: number; readonly result: ReplyResult }
  | { readonly t: 'want_pipes'; readonly count: number }
  | { readonly t: 'event'; readonly event: SessionEvent };

/** What an agent reads: it ignores what it does not know. */
export type ReceivedManagerMessage = ManagerMessage | { readonly t: 'unknown' };

const reasons: Readonly<Record<EndReason, ProtoReason>> = {
  removed: ProtoReason.REMOVED,
  expired: ProtoReason.EXPIRED,
  session_gone: ProtoReason.SESSION_GONE,
  replaced: ProtoReason.REPLACED,
  revoked: ProtoReason.REVOKED,
  idle: ProtoReason.IDLE,
  right_lost: ProtoReason.RIGHT_LOST,
  policy: ProtoReason.POLICY,
};

/** A manager's message as bytes. */
export function encodeManagerMessage(message: ManagerMessage): Buffer {
  return encodeMessage(ControlResponseSchema, { message: toProto(message) });
}

type ProtoMessage = NonNullable<Parameters<typeof encodeMessage<typeof ControlResponseSchema>>[1]['message']>;

function toProto(message: ManagerMessage): ProtoMessage {
  switch (message.t) {
    case 'welcome': {
      const { t: _, secret, ...rest } = message;
      return { case: 'welcome', value: { ...rest, secret: Uint8Array.from(secret) } };
    }
    case 'challenge':
      return { case: 'challenge', value: { nonce: Uint8Array.from(message.nonce) } };
    case 'heartbeat':
      return { case: 'heartbeat', value: {} };
    case 'closed':
      return { case: 'closed', value: { failure: toFailure(message.error) } };
    case 'reply':
      return { case: 'reply', value: { request: message.request, result: toResult(message.result) } };
    case 'want_pipes':
      return { case: 'wantPipes', value: { count: message.count } };
    case 'event':
      return toEvent(message.event);
  }
}

function toResult(result: ReplyResult): NonNullable<Extract<ProtoMessage, { case: 'reply' }>['value']['result']> {
  switch (result.t) {
    case 'intercept':
      return { case: 'intercept', value: toIntercept(result.intercept) };
    case 'done':
      return { case: 'done', value: {} };
    case 'failure':
      return { case: 'failure', value: toFailure(result.error) };
  }
}

function toEvent(event: SessionEvent): ProtoMessage {
  switch (event.t) {
    case 'intercept_ended':
      return { case: 'interceptEnded', value: { id: event.id, reason: reasons[event.reason], message: event.message ?? '' } };
    case 'expiry_warning':
      return { case: 'expiryWarning', value: toWarning(event) };
    case 'intercept_renewed':
      return { case: 'interceptRenewed', value: toRenewed(event) };
    case 'intercept_changed':
      return { case: 'interceptChanged', value: { intercept: toIntercept(event.intercept) } };
    case 'draining':
      return { case: 'draining', value: {} };
  }
}

function toWarning({ id, expiresAt, message = '' }: EventOf<'expiry_warning'>): MessageInitShape<typeof ExpiryWarningSchema> {
  return { id, expiresAt: timestampFromDate(expiresAt), message };
}

function toRenewed({ id, expiresAt, closing }: EventOf<'intercept_renewed'>): MessageInitShape<typeof InterceptRenewedSchema> {
  return { id, expiresAt: timestampFromDate(expiresAt), ...(closing === undefined ? {} : { closing: toClosing(closing) }) };
}

type EventOf<T extends SessionEvent['t']> = Extract<SessionEvent, { readonly t: T }>;

/** A manager's message; throws `protocol_violation` or `bad_usage`. */
export function parseManagerMessage(bytes: Uint8Array): ReceivedManagerMessage {
  const { message } = parseMessage(ControlResponseSchema, bytes);
  switch (message.case) {
    case 'welcome':
      return parseWelcome(message.value);
    case 'challenge':
      return parseChallenge(message.value);
    case 'heartbeat':
      return { t: 'heartbeat' };
    case 'closed':
      return { t: 'closed', error: fromFailure(message.value.failure) };
    case 'reply':
      return parseReply(message.value);
    case 'wantPipes':
      return { t: 'want_pipes', count: message.value.count };
    case 'interceptEnded': {
      const { id, reason, message: text } = message.value;
      return { t: 'event', event: { t: 'intercept_ended', id: parseInterceptId(id), reason: fromReason(reason), ...fromText(text) } };
    }
    case 'expiryWarning': {
      const { id, expiresAt, message: text } = message.value;
      return {
        t: 'event',
        event: { t: 'expiry_warning', id: parseInterceptId(id), expiresAt: fromTimestamp(expiresAt), ...fromText(text) },
      };
    }
    case 'interceptRenewed': {
      const { id, expiresAt, closing } = message.value;
      const ends = closing === undefined ? {} : { closing: fromClosing(closing) };
      return { t: 'event', event: { t: 'intercept_renewed', id: parseInterceptId(id), expiresAt: fromTimestamp(expiresAt), ...ends } };
    }
    case 'interceptChanged': {
      const { intercept } = message.value;
      if (intercept === undefined) throw toViolation('it says of no intercept that it changed');
      return { t: 'event', event: { t: 'intercept_changed', intercept: fromIntercept(intercept) } };
    }
    case 'draining':
      return { t: 'event', event: { t: 'draining' } };
    case undefined:
      return { t: 'unknown' };
  }
}

/** A sentence for people, where there is one. */
function fromText(text: string): { readonly message?: string } {
  return text === '' ? {} : { message: toShown(text, wireLimits.failureCharacters.value) };
}

/** A reason of another version counts as `removed`: the intercept is gone in any case. */
function fromReason(reason: ProtoReason): EndReason {
  switch (reason) {
    case ProtoReason.EXPIRED:
      return 'expired';
    case ProtoReason.SESSION_GONE:
      return 'session_gone';
    case ProtoReason.REPLACED:
      return 'replaced';
    case ProtoReason.REVOKED:
      return 'revoked';
    case ProtoReason.IDLE:
      return 'idle';
    case ProtoReason.RIGHT_LOST:
      return 'right_lost';
    case ProtoReason.POLICY:
      return 'policy';
    default:
      return 'removed';
  }
}

function parseReply({ request, result }: Reply): ReceivedManagerMessage {
  switch (result.case) {
    case 'intercept':
      return { t: 'reply', request, result: { t: 'intercept', intercept: fromIntercept(result.value) } };
    case 'done':
      return { t: 'reply', request, result: { t: 'done' } };
    case 'failure':
      return { t: 'reply', request, result: { t: 'failure', error: fromFailure(result.value) } };
    case undefined:
      throw toViolation('its reply has no result');
  }
}

function parseWelcome(welcome: Welcome): WelcomeMessage {
  const { secret, version, idlePipes, maxIdlePipes, maxPipes, resumed } = welcome;
  if (secret.length !== 32) throw toViolation('its welcome has no secret of 32 bytes');
  const session = parseSessionId(welcome.session);
  return { t: 'welcome', session, secret, version, idlePipes, maxIdlePipes, maxPipes, resumed };
}

function parseChallenge({ nonce }: Challenge): ChallengeMessage {
  if (nonce.length !== 32) throw toViolation('its challenge has no nonce of 32 bytes');
  return { t: 'challenge', nonce };
}

/** A session's id: 1 to 64 letters, digits, `-` and `_`; throws `protocol_violation`. */
export function parseSessionId(text: string): SessionId {
  if (!/^[\w-]{1,64}$/.test(text)) throw toViolation('what it calls a session is none');
  return text as SessionId;
}
