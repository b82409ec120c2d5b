import type { FuzzCase } from './case.ts';
import { drawCase } from './inputs/draw-case.ts';
import { judge } from './judge.ts';
import type { Subject, Verdict } from './subject.ts';

/** Odd servers that read each forwarded stream, besides the reference and Node.js. */
const serversPerCase = 2;
/** Odd servers that read one when everything is wanted: more than there are. */
const allServers = 64;

/** A case that went wrong. */
export interface Finding {
  readonly subject: string;
  readonly seed: number;
  readonly input: FuzzCase;
  readonly why: string;
}

/** What came of a run. */
export interface FuzzSummary {
  readonly cases: number;
  /** Cases of which something went on: else nothing is tested. */
  readonly forwarded: number;
  readonly findings: readonly Finding[];
}

/** What a run works with. */
export interface FuzzRun {
  readonly subjects: Readonly<Record<string, Subject>>;
  readonly firstSeed: number;
  /** The case that a seed stands for. Default: one of HTTP/1.1. */
  readonly draw?: (seed: number) => FuzzCase;
  /** Asked before each case. */
  readonly mayGoOn: (cases: number) => boolean;
  /** The run ends after so many findings. */
  readonly findingsMax: number;
}

/** Draws case after case and judges what each subject forwards of it. */
export async function fuzz({ subjects, firstSeed, draw = drawCase, mayGoOn, findingsMax }: FuzzRun): Promise<FuzzSummary> {
  const findings: Finding[] = [];
  let cases = 0;
  let forwarded = 0;
  for (let seed = firstSeed; findings.length < findingsMax && mayGoOn(cases); seed++) {
    const input = draw(seed);
    for (const [subject, run] of Object.entries(subjects)) {
      const verdict = await tryCase(run, input, serversPerCase, seed);
      if (verdict.forwarded) forwarded++;
      if (verdict.why !== undefined) findings.push({ subject, seed, input, why: verdict.why });
      cases++;
    }
  }
  return { cases, forwarded, findings };
}

/** Runs one case and judges it. A subject that throws is a finding too. */
export async function tryCase(subject: Subject, input: FuzzCase, servers: number = allServers, firstServer: number = 0): Promise<Verdict> {
  try {
    const all = await subject(input);
    if ('why' in all) return all;
    for (const forwarded of all) {
      const why = judge(forwarded, { kind: input.kind === 'response' ? 'response' : 'request', servers, firstServer });
      if (why !== undefined) return { forwarded: true, why: `${forwarded.side}: ${why}` };
    }
    return { forwarded: all.length > 0, why: undefined };
  } catch (error) {
    return { forwarded: true, why: `it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  }
}
