import { createFakeClock } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventLog, type News } from './event-log.ts';
import { createEventStreams } from './event-streams.ts';

function toNews(owner: string, message = 'It happened.'): News {
  return { type: 'session_opened', owner, message };
}

test('whoever reads on from an id gets exactly what came after it, or learns that some is gone [manager.keptEvents]', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(50), fc.nat(50), (capacity, before, after) => {
      const log = new EventLog(createFakeClock(), capacity);
      for (let count = 0; count < before; count++) log.tell(toNews('alice', `${count}`));
      const last = log.since(undefined).at(-1)?.id;
      for (let count = 0; count < after; count++) log.tell(toNews('alice', `${before + count}`));
      const read = log.since(last);
      const wanted = Array.from(
        { length: last === undefined ? before + after : after },
        (_, index) => `${before + after - 1 - index}`,
      ).toReversed();
      const kept = wanted.slice(-capacity);
      const missed = last !== undefined && kept.length < wanted.length;
      expect(read.map(({ type, message }) => (type === 'events_missed' ? type : message))).toEqual([
        ...(missed ? ['events_missed'] : []),
        ...kept,
      ]);
    }),
  );
});

test.for(['', 'x', '-', 'life-1', '12-', 'a-99999999999999999999', 'a--1', 'a-1e3'])(
  'the id %j is nobody’s: everything is told, and that some is missing',
  (id) => {
    const log = new EventLog(createFakeClock(), 10);
    log.tell(toNews('alice'));
    expect(log.since(id).map(({ type }) => type)).toEqual(['events_missed', 'session_opened']);
  },
);

test('an id from the future of this very manager is nobody’s either', () => {
  const log = new EventLog(createFakeClock(), 10);
  log.tell(toNews('alice'));
  const [event] = log.since(undefined);
  expect(log.since(event?.id.replace(/\d+$/, '7')).map(({ type }) => type)).toEqual(['events_missed', 'session_opened']);
});

test('followers are told in order, their own and nobody else’s, until they go', () => {
  const log = new EventLog(createFakeClock(), 10);
  const streams = createEventStreams(log, { eventStreams: 3, eventStreamsPerOwner: 2 });
  const told: string[] = [];
  log.tell(toNews('alice', 'before'));
  log.tell(toNews('bob', 'not hers'));
  const stop = streams.follow('alice', { all: false, after: undefined }, ({ message }) => void told.push(message));
  log.tell(toNews('alice', 'while'));
  log.tell(toNews('bob', 'not hers either'));
  stop();
  stop();
  log.tell(toNews('alice', 'after'));
  expect(told).toEqual(['before', 'while']);
});

test('streams are bounded per owner and in all, and a refused one takes no place [manager.eventStreams]', () => {
  const streams = createEventStreams(new EventLog(createFakeClock(), 10), { eventStreams: 3, eventStreamsPerOwner: 2 });
  const follow = (owner: string): (() => void) => streams.follow(owner, { all: false, after: undefined }, () => {});
  const [first] = [follow('alice'), follow('alice')];
  expect(() => follow('alice')).toThrow(
    expect.objectContaining({ code: 'limit_reached', message: 'alice has 2 streams of events already.' }),
  );
  follow('bob');
  expect(() => follow('carol')).toThrow('This manager has 3 streams of events already.');
  first();
  follow('carol');
});
