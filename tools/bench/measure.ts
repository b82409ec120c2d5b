import type { CpuTime } from './cpu-time.ts';
import { liveKey, type Row, type Running } from './contender.ts';
import { applyLoad } from './load.ts';
import { probe } from './probe.ts';

/** How load is applied; the same for all rows. */
export interface Shape {
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  readonly connections: number;
  /** Header fields that each request has besides the key and what wrk sends itself. */
  readonly headers: readonly string[];
}

/** One measurement of one row. */
export interface Sample {
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
}

/** A row with the contender that is ready for it. */
export interface OpenRow {
  readonly row: Row;
  readonly running: Running;
}

/** What `measure` needs besides the rows. */
export interface MeasureDeps {
  readonly cpuTime: CpuTime;
  readonly loadCpu: number;
  readonly signal: AbortSignal;
  /** Told how far it is. */
  say(line: string): void;
}

const warmUpSeconds = 2;

/** Measures all rows in turn, `rounds` times over, so that what disturbs the machine meanwhile disturbs them alike. */
export async function measure(rows: readonly OpenRow[], shape: Shape, deps: MeasureDeps): Promise<ReadonlyMap<Row, readonly Sample[]>> {
  for (const row of rows) await checkSides(row);
  deps.say('warming up');
  for (const row of rows) await sample(row, { ...shape, seconds: warmUpSeconds }, deps);
  const samples = new Map<Row, Sample[]>(rows.map(({ row }) => [row, []]));
  for (let round = 1; round <= shape.rounds; round += 1) {
    deps.say(`round ${round} of ${shape.rounds}, ${rows.length * shape.seconds} s`);
    for (const open of rows) samples.get(open.row)?.push(await sample(open, shape, deps));
  }
  return samples;
}

/** A figure of the wrong side would be worth nothing. */
async function checkSides({ row, running }: OpenRow): Promise<void> {
  const [key, wanted] = row.kind === 'un-keyed' ? [undefined, 'baseline'] : [liveKey, 'developer'];
  const answered = await probe(running.port, key);
  if (answered !== wanted)
    throw new Error(`${row.contender}, ${row.kind}: ${answered ?? 'nobody'} answered in the place of the ${wanted}.`);
}

async function sample({ row, running }: OpenRow, shape: Shape, deps: MeasureDeps): Promise<Sample> {
  const pids = running.processes.map((each) => each.pid);
  const key = row.kind === 'un-keyed' ? [] : [`x-intercept-id: ${liveKey}`];
  const before = deps.cpuTime.read(pids);
  const { requests, requestsPerSecond } = await applyLoad({
    port: running.port,
    seconds: shape.seconds,
    connections: shape.connections,
    headers: [...shape.headers, ...key],
    cpu: deps.loadCpu,
    signal: deps.signal,
  });
  return { cpuMicrosPerRequest: (deps.cpuTime.read(pids) - before) / requests, requestsPerSecond };
}
