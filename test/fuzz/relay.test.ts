import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';
import { relay } from './subjects/relay.ts';

const cases = 3_000;

test(
  `${cases} cases through the relay: all readers agree, and the key that they read is the one that decided`,
  { timeout: 60_000 },
  async () => {
    const summary = await fuzz({ subjects: { relay }, firstSeed: 1, mayGoOn: (done) => done < cases, findingsMax: 1 });
    expect(summary.findings.map(({ why }) => why)).toEqual([]);
    expect(summary.forwarded).toBeGreaterThan(cases / 5);
  },
);
