// `pnpm bench`: CPU time per request of our proxy beside others, in one run. How and why: README.md beside this file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { browserHeaders } from './browser-headers.ts';
import type { Row } from './contender.ts';
import { contenders } from './contenders.ts';
import { readHotSpots } from './cpu-profile.ts';
import { createCpuTime } from './cpu-time.ts';
import { measure, type OpenRow, type Shape } from './measure.ts';
import { parseOptions, usage, type BenchOptions } from './options.ts';
import { toReport } from './report.ts';
import { summarize, toTable } from './summary.ts';
import { findObstacle, openWorkbench, type OpenWorkbench } from './workbench.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

async function main(options: BenchOptions, signal: AbortSignal): Promise<void> {
  await using bench = await openWorkbench({ env: process.env, profileFolder: options.profileFolder });
  const { rows, versions } = await openRows(bench, options.rows);
  const { rounds, seconds, connections } = options;
  const shape: Shape = { rounds, seconds, connections, headers: options.browserHeaders ? browserHeaders : [] };
  const onProgress = (text: string): void => console.error(text);
  const samples = await measure(rows, shape, { cpuTime: createCpuTime(), loadCpu: bench.loadCpu, signal, onProgress });
  const lines = summarize(samples);
  console.log(toTable(lines));
  if (options.write) save({ lines, shape, versions: new Map([...versions, ['origin', bench.originAbout]]) });
}

/** Opens what the rows need; who is not installed or does not start is left out with a line that says so. */
async function openRows(
  bench: OpenWorkbench,
  wanted: readonly Row[],
): Promise<{ rows: readonly OpenRow[]; versions: ReadonlyMap<string, string> }> {
  const rows: OpenRow[] = [];
  const versions = new Map<string, string>();
  for (const [name, contender] of contenders) {
    const own = wanted.filter((row) => row.contender === name);
    if (own.length === 0) continue;
    const version = contender.version();
    if (version === undefined) {
      console.error(`${name} is left out: it is not installed (Debian package: ${contender.debianPackage ?? 'none'}).`);
      continue;
    }
    const running = await contender.open(bench);
    versions.set(name, version);
    rows.push(...own.map((row) => ({ row, running })));
  }
  return { rows, versions };
}

function save(result: Parameters<typeof toReport>[0]): void {
  mkdirSync(docs, { recursive: true });
  writeFileSync(`${docs}benchmark.md`, toReport(result));
  writeFileSync(`${docs}benchmark.json`, `${JSON.stringify({ ...result, versions: Object.fromEntries(result.versions) }, undefined, 2)}\n`);
  console.error('Saved to docs/benchmark.md and docs/benchmark.json.');
}

function showHotSpots(folder: string): void {
  for (const [file, spots] of readHotSpots(folder, 30)) {
    console.log(`\n${file}`);
    for (const { name, place, share } of spots) console.log(`${(share * 100).toFixed(1).padStart(6)} %  ${name}  ${place}`);
  }
}

async function run(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const obstacle = findObstacle();
  if (obstacle !== undefined) {
    console.error(`Nothing is measured: ${obstacle}.`);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort(new Error(`Stopped by ${signal}.`)));
  await main(options, stop.signal);
  if (options.profileFolder !== undefined) showHotSpots(options.profileFolder);
  return 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
