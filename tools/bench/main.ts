// `pnpm bench`: CPU time per request of our proxy beside others, in one run. How and why: README.md beside this file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InterceptError } from '@switchyard/contract';
import { runMain, type MainContext } from '@switchyard/runtime';
import { browserHeaders } from './browser-headers.ts';
import type { Row, Workbench } from './contender.ts';
import { contenders } from './contenders.ts';
import { readHotSpots } from './cpu-profile.ts';
import { createCpuTime } from './cpu-time.ts';
import { measure, type OpenRow, type Shape } from './measure.ts';
import { parseOptions, usage, type BenchOptions } from './options.ts';
import { toReport, type Result } from './report.ts';
import { summarize, toTable } from './summary.ts';
import { findObstacle, openWorkbench } from './workbench.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

async function main({ argv, env, signal, stdout, stderr }: MainContext): Promise<number> {
  const say = (line: string): void => void stderr.write(`${line}\n`);
  const options = readOptions(argv);
  try {
    const obstacle = findObstacle();
    if (options === 'help') stdout.write(usage);
    else if (obstacle !== undefined) say(`Nothing is measured: ${obstacle}.`);
    else stdout.write(`${await bench(options, { env, signal, say })}\n`);
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** Throws `bad_usage`. */
function readOptions(argv: readonly string[]): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(argv);
  } catch (cause) {
    const [what = ''] = InterceptError.from(cause).message.split('. ', 1);
    throw new InterceptError('bad_usage', what.replace(/\.?$/, '.'), { cause, hint: 'See `pnpm bench --help`.' });
  }
}

interface BenchDeps {
  readonly env: MainContext['env'];
  readonly signal: AbortSignal;
  /** Tells the person who waits how far it is. */
  say(line: string): void;
}

/** Measures, saves what is to be saved, and resolves with what to print. */
async function bench(options: BenchOptions, { env, signal, say }: BenchDeps): Promise<string> {
  const { rounds, seconds, connections, profileFolder } = options;
  const shape: Shape = { rounds, seconds, connections, headers: options.browserHeaders ? browserHeaders : [] };
  const result = await measureRows(options, shape, { env, signal, say });
  if (options.write) {
    save(result);
    say('Saved to docs/benchmark.md and docs/benchmark.json.');
  }
  return [toTable(result.lines), ...(profileFolder === undefined ? [] : toHotSpotLines(profileFolder))].join('\n');
}

async function measureRows({ profileFolder, rows: wanted }: BenchOptions, shape: Shape, { env, signal, say }: BenchDeps): Promise<Result> {
  const [loadBefore = 0] = loadavg();
  if (loadBefore > 0.5) say(`The machine is busy (load ${loadBefore.toFixed(1)}): the figures will be noisy.`);
  await using workbench = await openWorkbench({ env, profileFolder });
  const { rows, versions } = await openRows(workbench, wanted, say);
  const samples = await measure(rows, shape, { cpuTime: createCpuTime(), loadCpu: workbench.loadCpu, signal, say });
  return { lines: summarize(samples), shape, loadBefore, versions: new Map([...versions, ['origin', workbench.originAbout]]) };
}

interface OpenRows {
  readonly rows: readonly OpenRow[];
  /** Of whom takes part, by name. */
  readonly versions: ReadonlyMap<string, string>;
}

/** Opens what the rows need; who is not installed is left out with a line that says so. */
async function openRows(workbench: Workbench, wanted: readonly Row[], say: BenchDeps['say']): Promise<OpenRows> {
  const rows: OpenRow[] = [];
  const versions = new Map<string, string>();
  for (const [name, contender] of contenders) {
    const own = wanted.filter((row) => row.contender === name);
    if (own.length === 0) continue;
    const version = contender.version();
    if (version === undefined) {
      say(`${name} is left out: it is not installed (Debian package: ${contender.debianPackage ?? 'none'}).`);
      continue;
    }
    const running = await contender.open(workbench);
    versions.set(name, version);
    rows.push(...own.map((row) => ({ row, running })));
  }
  return { rows, versions };
}

function save(result: Result): void {
  mkdirSync(docs, { recursive: true });
  writeFileSync(`${docs}benchmark.md`, toReport(result));
  writeFileSync(`${docs}benchmark.json`, `${JSON.stringify({ ...result, versions: Object.fromEntries(result.versions) }, undefined, 2)}\n`);
}

function toHotSpotLines(folder: string): readonly string[] {
  return [...readHotSpots(folder, 30)].flatMap(([file, spots]) => [
    `\n${file}`,
    ...spots.map(({ name, place, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}  ${place}`),
  ]);
}

await runMain(main);
