// `pnpm fuzz`: see README.md.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzCase } from './case.ts';
import { readCaseFile, writeCaseFile } from './case-file.ts';
import { fuzz, tryCase, type Finding, type FuzzSummary } from './fuzz.ts';
import { minimise } from './minimise.ts';
import { toPrintable } from '../vectors/wire.ts';
import { drawCase } from './inputs/draw-case.ts';
import { drawFrames } from './inputs/frames.ts';
import { drawMessage } from './inputs/messages.ts';
import { parseOptions, usage } from './options.ts';
import type { Subject } from './subject.ts';
import { decode } from './subjects/decode.ts';
import { frame } from './subjects/framer.ts';
import { relay } from './subjects/relay.ts';
import { openSocketSubject } from './subjects/sockets.ts';
import { openTunnelSubject } from './subjects/tunnel.ts';

const findingsFolder = 'fuzz-findings';
/** A fault that is met once is met a thousand times. */
const findingsMax = 10;
/** How long one finding is made smaller. */
const minimiseMs = 5000;
/** What each subject gets of the time: the slower ones find less of it. */
const shares: Readonly<Record<string, number>> = { framer: 0.3, relay: 0.3, sockets: 0.15, tunnel: 0.2, decoders: 0.05 };

await using sockets = await openSocketSubject();
await using tunnel = await openTunnelSubject();
const subjects: Readonly<Record<string, Subject>> = {
  framer: frame,
  relay,
  sockets: sockets.run,
  tunnel: tunnel.run,
  decoders: async (input) => (input.kind === 'message' ? decode(input) : []),
};
/** What stands for the cases of a seed, and what those are. */
const draws: Readonly<Record<string, { readonly draw: (seed: number) => FuzzCase; readonly kinds: readonly FuzzCase['kind'][] }>> = {
  tunnel: { draw: drawFrames, kinds: ['frames'] },
  decoders: { draw: drawMessage, kinds: ['message'] },
};
const http1 = { draw: drawCase, kinds: ['request', 'response'] } as const;
process.exitCode = await run();

async function run(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), Date.now());
  switch (options.t) {
    case 'help':
      console.log(usage);
      return 0;
    case 'replay':
      return replay(options.file);
    case 'run':
      return runFor(options.seconds, options.seed);
  }
}

async function replay(file: string): Promise<number> {
  const { input } = await readCaseFile(file);
  let code = 0;
  for (const [name, subject] of Object.entries(subjects)) {
    if (!(draws[name] ?? http1).kinds.includes(input.kind)) continue;
    const { why } = await tryCase(subject, input);
    console.log(`${name}: ${why ?? 'all readers agree'}`);
    if (why !== undefined) code = 1;
  }
  return code;
}

async function runFor(seconds: number, seed: number): Promise<number> {
  const summaries: FuzzSummary[] = [];
  const begin = performance.now();
  for (const [name, subject] of Object.entries(subjects)) {
    const until = performance.now() + seconds * 1000 * (shares[name] ?? 0);
    const { draw } = draws[name] ?? http1;
    const mayGoOn = (): boolean => performance.now() < until;
    const summary = await fuzz({ subjects: { [name]: subject }, firstSeed: seed, draw, mayGoOn, findingsMax });
    summaries.push(summary);
    console.log(`${name}: ${say(summary)}`);
    for (const finding of summary.findings) await report(finding, subject);
  }
  const total = {
    cases: summaries.reduce((sum, { cases }) => sum + cases, 0),
    forwarded: summaries.reduce((sum, { forwarded }) => sum + forwarded, 0),
    findings: summaries.flatMap(({ findings }) => findings),
  };
  const passed = (performance.now() - begin) / 1000;
  console.log(`fuzz: ${say(total)}, ${Math.round(total.cases / passed)} cases/s, seed ${seed}`);
  return total.findings.length > 0 || total.forwarded === 0 ? 1 : 0;
}

function say({ cases, forwarded, findings }: FuzzSummary): string {
  return `${cases} cases, ${forwarded} of them forwarded something, ${findings.length} findings`;
}

async function report({ subject: name, seed, input, why }: Finding, subject: Subject): Promise<void> {
  const until = performance.now() + minimiseMs;
  const fails = async (candidate: FuzzCase): Promise<boolean> => (await tryCase(subject, candidate)).why !== undefined;
  const smallest = await minimise(input, fails, () => performance.now() < until);
  const verdict = await tryCase(subject, smallest);
  const path = join(findingsFolder, `${name}-${seed}.json`);
  await mkdir(findingsFolder, { recursive: true });
  await writeCaseFile(path, { input: smallest, why: verdict.why ?? why, seed });
  console.log(`${path}: ${toPrintable(verdict.why ?? why, 1000)}`);
}
