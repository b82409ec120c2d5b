import { eventTypes, parseRoutingKey, parseServiceName, toInterceptId, type ManagerEvent } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeEvent, encodeEventRequest, parseEvent, parseEventRequest } from './event-message.ts';

const service = parseServiceName('orders');
const key = parseRoutingKey('alice');
const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 64 });

test('every event comes back as it was', () => {
  const events: fc.Arbitrary<ManagerEvent> = fc.record(
    {
      id: printable,
      at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      type: fc.constantFrom(...eventTypes),
      owner: printable,
      intercept: fc.constant(toInterceptId(service, 'http', key)),
      service: fc.constant(service),
      key: fc.constant(key),
      reason: fc.constantFrom('expired', 'route_conflict'),
      message: printable,
    },
    { requiredKeys: ['id', 'at', 'type', 'owner', 'message'] },
  );
  fc.assert(
    fc.property(events, (event) => {
      expect(parseEvent(encodeEvent(event))).toEqual(event);
    }),
  );
});

test('a sign of life is no event, nor is what another version tells', () => {
  expect(parseEvent(encodeEvent(undefined))).toBeUndefined();
  const unknown = { id: '1', at: new Date(0), type: 'moon_landing', owner: 'alice', message: 'It landed.' } as unknown as ManagerEvent;
  expect(parseEvent(encodeEvent(unknown))).toBeUndefined();
});

test('a request comes back as it was, and an id that no manager gave is refused', () => {
  for (const request of [
    { all: true, after: 'abc-1', follow: false },
    { all: false, after: undefined, follow: true },
  ]) {
    expect(parseEventRequest(encodeEventRequest(request))).toEqual(request);
  }
  expect(() => parseEventRequest(encodeEventRequest({ all: true, after: '\u0007', follow: true }))).toThrow('must be printable');
});

test('an id may have 64 characters; of what else an event says the begin is read [wire.eventIdCharacters]', () => {
  const event: ManagerEvent = {
    id: 'i'.repeat(64),
    at: new Date(0),
    type: 'intercept_away',
    owner: 'o'.repeat(257),
    message: 'm'.repeat(1_025),
  };
  expect(parseEvent(encodeEvent(event))).toEqual({ ...event, owner: 'o'.repeat(256), message: 'm'.repeat(1_024) });
  expect(() => parseEvent(encodeEvent({ ...event, id: 'i'.repeat(65) }))).toThrow('at most 64 characters');
  expect(() => parseEventRequest(encodeEventRequest({ all: true, after: 'i'.repeat(65), follow: false }))).toThrow('at most 64 characters');
});
