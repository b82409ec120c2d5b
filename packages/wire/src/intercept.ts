import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import {
  InterceptError,
  isLabel,
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  toKeylessInterceptId,
  type Closing,
  type InterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type RoutingKey,
  type SessionState,
  type Waiting,
  type WhenAway,
} from '@switchyard/contract';
import {
  type Closing as ProtoClosing,
  type ClosingSchema,
  SessionState as ProtoState,
  WhenAway as ProtoWhenAway,
  type Intercept,
  type InterceptSchema,
  type InterceptSpec as ProtoSpec,
  type InterceptSpecSchema,
  type Waiting as ProtoWaiting,
} from './generated/switchyard/types/v1/types_pb.ts';
import { wireLimits } from './limits.ts';
import { fromMatch, refuseLongMatch, toMatch } from './match.ts';
import { parseOwner, toShown } from './text.ts';
import { toViolation } from './violation.ts';

const textLimit = wireLimits.nameCharacters.value;
const whenAways: Readonly<Record<WhenAway, ProtoWhenAway>> = { fail: ProtoWhenAway.FAIL, baseline: ProtoWhenAway.BASELINE };
const states: Readonly<Record<SessionState, ProtoState>> = { ready: ProtoState.READY, away: ProtoState.AWAY };

/** `SERVICE.PORT.KEY` or `SERVICE.PORT.match.HASH` as an id; throws `bad_usage`. */
export function parseInterceptId(text: string): InterceptId {
  const [service, port, key, hash, ...rest] = text.slice(0, wireLimits.shownNameCharacters.value).split('.');
  if (service === undefined || port === undefined || key === undefined || rest.length > 0) throw toNoId(text);
  if (hash === undefined) return toInterceptId(parseServiceName(service), parsePort(port), parseRoutingKey(key));
  if (key !== 'match' || !/^[0-9a-f]{16}$/.test(hash)) throw toNoId(text);
  return toKeylessInterceptId(parseServiceName(service), parsePort(port), hash);
}

function toNoId(text: string): InterceptError {
  const shown = toShown(text, textLimit);
  return new InterceptError('bad_usage', `"${shown}" is no intercept: an intercept is named SERVICE.PORT.KEY or SERVICE.PORT.match.HASH.`);
}

function parsePort(text: string): string {
  if (!isLabel(text)) throw new InterceptError('bad_usage', `"${toShown(text, textLimit)}" is no port: give its name or number.`);
  return text;
}

/** A spec for the wire; throws `bad_usage` where its match is longer than a receiver takes. */
export function toSpec(spec: InterceptSpec): MessageInitShape<typeof InterceptSpecSchema> {
  refuseLongMatch(spec.match);
  return {
    service: spec.service,
    port: spec.port ?? '',
    key: spec.key ?? '',
    match: toMatch(spec.match),
    sharedWith: [...spec.sharedWith],
    joins: spec.joins,
    whenAway: whenAways[spec.whenAway],
    ...(spec.lifetimeMs === undefined ? {} : { lifetimeMs: spec.lifetimeMs }),
    ...(spec.directPort === undefined ? {} : { directPort: spec.directPort }),
  };
}

/** A peer's spec; throws `bad_usage`. */
export function fromSpec(spec: ProtoSpec | undefined): InterceptSpec {
  if (spec === undefined) throw new InterceptError('bad_usage', 'An intercept was asked for without saying which.');
  return {
    service: parseServiceName(toShown(spec.service, textLimit)),
    port: spec.port === '' ? undefined : parsePort(spec.port),
    key: parseKey(spec.key),
    match: fromMatch(spec.match),
    sharedWith: parseSharedWith(spec.sharedWith),
    joins: spec.joins,
    whenAway: parseWhenAway(spec.whenAway),
    lifetimeMs: spec.lifetimeMs,
    directPort: spec.directPort === undefined ? undefined : parseDirectPort(spec.directPort),
  };
}

function parseKey(text: string): RoutingKey | undefined {
  return text === '' ? undefined : parseRoutingKey(toShown(text, textLimit));
}

function parseSharedWith(owners: readonly string[]): readonly string[] {
  const { sharedWith } = wireLimits;
  if (owners.length <= sharedWith.value) return owners.map(parseOwner);
  throw new InterceptError('bad_usage', `A key is shared with at most ${sharedWith.value} owners by name, not with ${owners.length}.`, {
    hint: 'Share it with everybody: "*".',
  });
}

function parseDirectPort(port: number): number {
  if (port < 1 || port > 65_535) {
    throw new InterceptError('bad_usage', `${port} is no port to connect to directly: ports are 1 to 65535.`);
  }
  return port;
}

function parseWhenAway(value: ProtoWhenAway): WhenAway {
  if (value === ProtoWhenAway.FAIL || value === ProtoWhenAway.UNSPECIFIED) return 'fail';
  if (value === ProtoWhenAway.BASELINE) return 'baseline';
  throw new InterceptError('bad_usage', 'This manager does not know what is asked for the time when the session is away.', {
    hint: 'Use "fail" or "baseline", or a newer manager.',
  });
}

/** An intercept for the wire. Never throws: many are in one answer, and one of them must not keep all from whoever asks. */
export function toIntercept(info: InterceptInfo): MessageInitShape<typeof InterceptSchema> {
  return {
    id: info.id,
    service: info.service,
    port: info.port,
    key: info.key ?? '',
    match: toMatch(info.match),
    sharedWith: [...info.sharedWith],
    joins: info.joins,
    owner: info.owner,
    whenAway: whenAways[info.whenAway],
    session: states[info.session],
    client: info.client,
    createdAt: timestampFromDate(info.createdAt),
    expiresAt: timestampFromDate(info.expiresAt),
    ...(info.closing === undefined ? {} : { closing: toClosing(info.closing) }),
    ...(info.waiting === undefined ? {} : { waiting: info.waiting }),
  };
}

/** A manager's intercept; throws `protocol_violation` or `bad_usage`. */
export function fromIntercept(intercept: Intercept): InterceptInfo {
  return {
    id: parseInterceptId(intercept.id),
    service: parseServiceName(toShown(intercept.service, textLimit)),
    port: parsePort(intercept.port),
    key: parseKey(intercept.key),
    match: fromMatch(intercept.match),
    sharedWith: parseSharedWith(intercept.sharedWith),
    joins: intercept.joins,
    owner: parseOwner(intercept.owner),
    whenAway: intercept.whenAway === ProtoWhenAway.BASELINE ? 'baseline' : 'fail',
    session: intercept.session === ProtoState.AWAY ? 'away' : 'ready',
    client: toShown(intercept.client, textLimit),
    createdAt: fromTimestamp(intercept.createdAt),
    expiresAt: fromTimestamp(intercept.expiresAt),
    ...(intercept.closing === undefined ? {} : { closing: fromClosing(intercept.closing) }),
    ...(intercept.waiting === undefined ? {} : { waiting: fromWaiting(intercept.waiting) }),
  };
}

function fromWaiting({ accepted, reason, message }: ProtoWaiting): Waiting {
  return { accepted, reason: toShown(reason, textLimit), message: toShown(message, wireLimits.failureCharacters.value) };
}

/** What ends an intercept, for the wire. */
export function toClosing({ at, message }: Closing): MessageInitShape<typeof ClosingSchema> {
  return { at: timestampFromDate(at), message };
}

/** What a manager says of an end; throws `protocol_violation`. */
export function fromClosing({ at, message }: ProtoClosing): Closing {
  return { at: fromTimestamp(at), message: toShown(message, wireLimits.failureCharacters.value) };
}

/** A peer's point in time; throws `protocol_violation`. */
export function fromTimestamp(timestamp: Timestamp | undefined): Date {
  const date = timestamp === undefined ? undefined : timestampDate(timestamp);
  if (date === undefined || Number.isNaN(date.getTime())) throw toViolation('it sent an intercept without a valid time');
  return date;
}
