import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { eventTypes, parseRoutingKey, parseServiceName, type EventType, type InterceptId, type ManagerEvent } from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import { WatchEventsRequestSchema, WatchEventsResponseSchema } from './generated/switchyard/api/v1/events_pb.ts';
import { fromTimestamp } from './intercept.ts';
import { wireLimits } from './limits.ts';
import { parseText, toShown } from './text.ts';
import { parseMessage } from './violation.ts';

/** Which events are wanted. */
export interface EventFilter {
  /** Everybody's, and not only the caller's own. */
  readonly all: boolean;
  /** Only what came after the event with this id. Undefined: all that is known. */
  readonly after: string | undefined;
}

/** A request for events, which may go on with those that come. */
export interface EventRequest extends EventFilter {
  readonly follow: boolean;
}

const idLimit = wireLimits.eventIdCharacters.value;
const nameLimit = wireLimits.shownNameCharacters.value;
const messageLimit = wireLimits.shownTextCharacters.value;

/** A request of WatchEvents as bytes. */
export function encodeEventRequest({ all, after, follow }: EventRequest): Buffer {
  return encodeMessage(WatchEventsRequestSchema, { all, after: after ?? '', follow });
}

/** A request of WatchEvents; throws `bad_usage` or `protocol_violation`. */
export function parseEventRequest(bytes: Uint8Array): EventRequest {
  const { all, after, follow } = parseMessage(WatchEventsRequestSchema, bytes);
  return { all, after: after === '' ? undefined : parseEventId(after), follow };
}

/** The id of an event that a reader saw last; throws `bad_usage`. */
export function parseEventId(text: string): string {
  return parseText('id of the event', text, idLimit);
}

/** An event as bytes; undefined: only a sign of life. */
export function encodeEvent(event: ManagerEvent | undefined): Buffer {
  if (event === undefined) return encodeMessage(WatchEventsResponseSchema, {});
  const { at, intercept = '', service = '', key = '', reason = '', ...rest } = event;
  return encodeMessage(WatchEventsResponseSchema, { event: { ...rest, at: timestampFromDate(at), intercept, service, key, reason } });
}

/** An event; undefined for a sign of life, and for what this version does not know. Throws `protocol_violation` or `bad_usage`. */
export function parseEvent(bytes: Uint8Array): ManagerEvent | undefined {
  const { event } = parseMessage(WatchEventsResponseSchema, bytes);
  if (event === undefined || !isEventType(event.type)) return undefined;
  const { id, type, intercept, service, key, reason } = event;
  return {
    id: parseEventId(id),
    at: fromTimestamp(event.at),
    type,
    owner: toShown(event.owner, nameLimit),
    ...(intercept === '' ? {} : { intercept: toShown(intercept, nameLimit) as InterceptId }),
    ...(service === '' ? {} : { service: parseServiceName(toShown(service, nameLimit)) }),
    ...(key === '' ? {} : { key: parseRoutingKey(toShown(key, nameLimit)) }),
    ...(reason === '' ? {} : { reason: toShown(reason, nameLimit) }),
    message: toShown(event.message, messageLimit),
  };
}

function isEventType(text: string): text is EventType {
  return eventTypes.some((type) => type === text);
}
