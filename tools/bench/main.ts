// `pnpm bench`: what our proxy costs beside others, in one run. How and why: README.md beside this file.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InterceptError } from '@switchyard/contract';
import { runMain, type MainContext } from '@switchyard/runtime';
import { liveKey, type OpenRow, type Row, type Workbench } from './contender.ts';
import { contenders } from './contenders.ts';
import { readHotSpots } from './cpu-profile.ts';
import { parseOptions, usage, type BenchOptions } from './options.ts';
import { toPage, type Result } from './page.ts';
import { probe } from './probe.ts';
import type { Scene, Section, Suite } from './suite.ts';
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
async function bench(options: BenchOptions, deps: BenchDeps): Promise<string> {
  const { profileFolder } = options;
  const result = await runSuites(options, deps);
  if (options.write) {
    save(result);
    deps.say('Saved to docs/benchmark.md and docs/benchmark/.');
  }
  const sections = result.sections.map(({ title, markdown }) => `## ${title}\n\n${markdown}`);
  return [...sections, ...(profileFolder === undefined ? [] : toHotSpotLines(profileFolder))].join('\n\n');
}

async function runSuites(options: BenchOptions, { env, signal, say }: BenchDeps): Promise<Result> {
  const { rounds, seconds, workloads } = options;
  const [loadBefore = 0] = loadavg();
  if (loadBefore > 0.5) say(`The machine is busy (load ${loadBefore.toFixed(1)}): the figures will be noisy.`);
  await using workbench = await openWorkbench({ env, profileFolder: options.profileFolder });
  const { rows, versions } = await openRows(workbench, options.rows, say);
  const sections: Section[] = [];
  for (const suite of options.suites) sections.push(await runSuite(suite, { workbench, rows, workloads, rounds, seconds, signal, say }));
  return { sections, rounds, seconds, loadBefore, versions: new Map([...versions, ['origin', workbench.originAbout]]) };
}

/** One that fails is a section that says so: the others are not lost with it. */
async function runSuite(suite: Suite, scene: Scene): Promise<Section> {
  try {
    return await suite.run(scene);
  } catch (error) {
    scene.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    scene.say(`${suite.name} failed: ${why}`);
    return { title: suite.about, markdown: `Not measured: ${why}`, plots: [], raw: undefined };
  }
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
  for (const row of rows) await checkSide(row);
  return { rows: wanted.flatMap((row) => rows.filter((open) => open.row === row)), versions };
}

/** A figure of the wrong side would be worth nothing. */
async function checkSide({ row, running }: OpenRow): Promise<void> {
  const [key, wanted] = row.kind === 'un-keyed' ? [undefined, 'baseline'] : [liveKey, 'developer'];
  const answered = await probe(running.port, key);
  if (answered !== wanted)
    throw new Error(`${row.contender}, ${row.kind}: ${answered ?? 'nobody'} answered in the place of the ${wanted}.`);
}

function save(result: Result): void {
  const folder = `${docs}benchmark/`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${docs}benchmark.md`, toPage(result));
  for (const { name, svg } of result.sections.flatMap(({ plots }) => plots)) writeFileSync(`${folder}${name}.svg`, svg);
  const { rounds, seconds, versions, sections } = result;
  const samples = {
    rounds,
    seconds,
    versions: Object.fromEntries(versions),
    samples: Object.fromEntries(sections.map(({ title, raw }) => [title, raw])),
  };
  writeFileSync(`${folder}samples.json`, `${JSON.stringify(samples)}\n`);
}

function toHotSpotLines(folder: string): readonly string[] {
  return [...readHotSpots(folder, 30)].flatMap(([file, spots]) => [
    `\n${file}`,
    ...spots.map(({ name, place, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}  ${place}`),
  ]);
}

await runMain(main);
