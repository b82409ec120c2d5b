import { expect, test } from 'vitest';
import { createSchedule, type Hours } from './schedule.ts';

const office: Hours = { timeZone: 'Europe/Zurich', days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], from: '08:00', to: '18:00' };

test.for([
  ['2030-01-07T06:59:59Z', false],
  ['2030-01-07T07:00:00Z', true],
  ['2030-01-07T16:59:59Z', true],
  ['2030-01-07T17:00:00Z', false],
  ['2030-01-12T10:00:00Z', false],
  // Summer time: two hours ahead.
  ['2030-07-01T05:59:59Z', false],
  ['2030-07-01T06:00:00Z', true],
] as const)('office hours at %s: %s', ([at, open]) => {
  expect(createSchedule(office).isOpen(new Date(at))).toBe(open);
});

test.for([
  // The clock goes from 02:00 to 03:00 on 2030-03-31, at 01:00 UTC.
  ['2030-03-31T00:59:00Z', false],
  ['2030-03-31T01:00:00Z', true],
  // From 03:00 back to 02:00 on 2030-10-27, at 01:00 UTC: 02:30 comes twice.
  ['2030-10-27T00:29:00Z', false],
  ['2030-10-27T00:30:00Z', true],
  ['2030-10-27T01:00:00Z', false],
  ['2030-10-27T01:30:00Z', true],
] as const)('from 02:30 where the clock is changed, at %s: %s', ([at, open]) => {
  expect(createSchedule({ ...office, days: ['Sun'], from: '02:30', to: '12:00' }).isOpen(new Date(at))).toBe(open);
});

test.for([
  ['2030-01-07T22:00:00Z', true],
  ['2030-01-08T05:59:00Z', true],
  ['2030-01-08T06:00:00Z', false],
  ['2030-01-07T05:00:00Z', false],
] as const)('a night that begins on Monday, at %s: %s', ([at, open]) => {
  expect(createSchedule({ timeZone: 'UTC', days: ['Mon'], from: '22:00', to: '06:00' }).isOpen(new Date(at))).toBe(open);
});

test('a whole day, and what people read', () => {
  const schedule = createSchedule({ timeZone: 'UTC', days: ['Sun'], from: '00:00', to: '24:00' });
  expect(['2030-01-06T00:00:00Z', '2030-01-06T23:59:59Z', '2030-01-07T00:00:00Z'].map((at) => schedule.isOpen(new Date(at)))).toEqual([
    true,
    true,
    false,
  ]);
  expect(schedule.text).toBe('Sun, 00:00 to 24:00 (UTC)');
});

test('a time zone that is none', () => {
  expect(() => createSchedule({ ...office, timeZone: 'Europe/Zuerich' })).toThrow(RangeError);
});
