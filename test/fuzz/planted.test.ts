import { oddServers, plainHabits, type Habits } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { fuzz, tryCase } from './fuzz.ts';
import type { Subject } from './subject.ts';
import { frame } from './subjects/framer.ts';
import { createOddRouter } from './subjects/odd-router.ts';

/** Cases within which each fault has to be found. */
const cases = 10_000;

const plain = createOddRouter(plainHabits);

/** Passes over what is wrong with a plain reader already, as a router refuses more than it: what is found is the fault alone. */
function plant(habits: Habits): Subject {
  const odd = createOddRouter(habits);
  return async (input) => ((await tryCase(plain, input)).why === undefined ? odd(input) : []);
}

const faults: Readonly<Record<string, Habits>> = {
  'takes a bare LF for the end of a line': { ...plainHabits, lineEnd: 'LF' },
  'trims the size of a chunk': { ...plainHabits, extension: 'anything' },
  'takes the last of several lengths': { ...plainHabits, lengths: 'last' },
  'joins folded lines': { ...plainHabits, folded: 'joined' },
  'takes the length where there is a coding too': { ...plainHabits, both: 'length' },
};

// The proof that the fuzzer can find something: routers with one fault each, then as odd as the servers that it judges with.
for (const [fault, habits] of [...Object.entries(faults), ...Object.entries(oddServers)]) {
  test(`a router that is wrong in one way is found: ${fault}`, { timeout: 60_000 }, async () => {
    const { findings } = await fuzz({ subjects: { odd: plant(habits) }, firstSeed: 1, mayGoOn: (done) => done < cases, findingsMax: 1 });
    expect(findings.length).toBe(1);
  });
}

test(`${cases} cases through the framer: all readers agree, and enough goes on to tell`, { timeout: 60_000 }, async () => {
  const summary = await fuzz({ subjects: { framer: frame }, firstSeed: 1, mayGoOn: (done) => done < cases, findingsMax: 1 });
  expect(summary.findings.map(({ why }) => why)).toEqual([]);
  expect(summary.forwarded).toBeGreaterThan(cases / 10);
});
