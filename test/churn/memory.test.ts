import { createRandom } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { toLiveMemory } from './memory.ts';

interface Course {
  readonly leakMbPerMinute: number;
  /** Of the manager, by its age in seconds. */
  readonly sessions: (age: number) => number;
}

/** Six minutes of a manager, looked at every 20 s: 30 MB and 50 KB a session, half a MB of noise, and more while it warms up. */
function toSamples(pod: string, { leakMbPerMinute, sessions }: Course) {
  const random = createRandom(7);
  return Array.from({ length: 19 }, (_, index) => {
    const age = index * 20;
    const warming = 8 * Math.min(1, age / 60);
    const liveMb = 22 + warming + sessions(age) / 20 + (leakMbPerMinute * age) / 60 + random() - 0.5;
    return { pod, at: 100 + age, sessions: sessions(age), liveMb };
  });
}

const toFlat = (): number => 180;
/** Others are replaced: what they had comes here, and goes again. */
const toWaves = (age: number): number => 60 + 120 * Math.floor((age % 180) / 90);
/** It is never replaced: ever more sessions end up here, and a few leave again. */
const toEver = (age: number): number => 50 + 50 * Math.floor(age / 75) - (age % 75) / 5;

test.each([toFlat, toWaves, toEver])('a leak of 2 MB/min is found, whatever the sessions do: %o', (sessions) => {
  const { mbPerMinute = 0 } = toLiveMemory(toSamples('veteran', { leakMbPerMinute: 2, sessions })) ?? {};
  expect(mbPerMinute).toBeGreaterThan(1.5);
  expect(mbPerMinute).toBeLessThan(2.5);
});

test.each([toFlat, toWaves, toEver])('sessions that come and go are no leak: %o', (sessions) => {
  const { mbPerMinute = NaN } = toLiveMemory(toSamples('veteran', { leakMbPerMinute: 0, sessions })) ?? {};
  expect(Math.abs(mbPerMinute)).toBeLessThan(0.5);
});

test('what a session costs is told', () => {
  const { kbPerSession = NaN } = toLiveMemory(toSamples('veteran', { leakMbPerMinute: 0, sessions: toWaves })) ?? {};
  expect(kbPerSession).toBeGreaterThan(45);
  expect(kbPerSession).toBeLessThan(57);
});

test('managers that follow each other are compared with themselves alone', () => {
  const [first, second] = [
    toSamples('first', { leakMbPerMinute: 0, sessions: toWaves }),
    toSamples('second', { leakMbPerMinute: 0, sessions: toWaves }).map((sample) => ({
      ...sample,
      at: sample.at + 400,
      liveMb: sample.liveMb + 20,
    })),
  ];
  expect(Math.abs(toLiveMemory([...first, ...second])?.mbPerMinute ?? NaN)).toBeLessThan(0.5);
});

test('where sessions and time cannot be told apart, all growth counts as that of time', () => {
  const samples = toSamples('veteran', { leakMbPerMinute: 0, sessions: (age) => age });
  expect(toLiveMemory(samples)?.mbPerMinute).toBeGreaterThan(2.5);
});

test('managers that nobody looked into, or that lived for a minute, say nothing', () => {
  const samples = toSamples('veteran', { leakMbPerMinute: 2, sessions: toFlat });
  expect(toLiveMemory(samples.map((sample) => ({ ...sample, liveMb: undefined })))).toBeUndefined();
  expect(toLiveMemory(samples.slice(0, 6))).toBeUndefined();
  expect(toLiveMemory([])).toBeUndefined();
});
