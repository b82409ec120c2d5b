import { expect, test } from 'vitest';
import { fuzz, type FuzzSummary } from './fuzz.ts';
import { drawFrames } from './inputs/frames.ts';
import { readFrames, type ReadFrame } from './oracles/http2-rules.ts';
import { openTunnelSubject } from './subjects/tunnel.ts';

/** `pnpm fuzz` has more of them. */
const cases = 300;
/** Within which each fault has to be found. */
const plantedCases = 2_000;

async function run(most: number, tamper?: (bytes: Buffer) => Buffer): Promise<FuzzSummary> {
  await using tunnel = await openTunnelSubject(tamper);
  const subjects = { tunnel: tunnel.run };
  const summary = await fuzz({ subjects, firstSeed: 1, draw: drawFrames, mayGoOn: (done) => done < most, findingsMax: 1 });
  return summary;
}

test(
  `${cases} conversations with the tunnel: it ends those that it has to, as it has to, and serves the rest`,
  { timeout: 60_000 },
  async () => {
    const { findings, forwarded } = await run(cases);
    expect(findings.map(({ seed, why }) => [seed, why])).toEqual([]);
    expect(forwarded).toBeGreaterThan(cases / 5);
  },
);

/** A server that does not see what it should not pass over. */
function without(isSeen: (frame: ReadFrame) => boolean): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const kept: Buffer[] = [];
    let at = 0;
    for (const frame of readFrames(bytes)) {
      const next = Math.min(bytes.length, at + 9 + frame.length);
      if (!isSeen(frame)) kept.push(bytes.subarray(at, next));
      at = next;
    }
    return Buffer.concat([...kept, bytes.subarray(at)]);
  };
}

test.each([
  [
    'takes windows that grow by nothing',
    without(({ type, payload }) => type === 8 && payload.length === 4 && (payload.readUInt32BE() & 0x7fffffff) === 0),
  ],
  ['takes pings of any size', without(({ type, length }) => type === 6 && length !== 8)],
  ['takes pushes', without(({ type }) => type === 5)],
  ['takes settings that there are not', without(({ type, length }) => type === 4 && length > 0)],
  ['takes data on no stream', without(({ type, stream }) => type === 0 && stream === 0)],
  ['takes continuations of nothing', without(({ type }) => type === 9)],
])('a server that is wrong in one way is found: it %s', { timeout: 60_000 }, async (_fault, tamper) => {
  expect((await run(plantedCases, tamper)).findings).toMatchObject([{ why: expect.stringContaining('has to end the connection') }]);
});
