// `pnpm demo`: a small shop, the manager in front of it, two developers. Every answer is checked. `--once` ends after the last step.
// Every end but one ends all that it started: after SIGKILL of the demo itself its programs go on, to be ended by hand.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { InterceptError } from '@switchyard/contract';
import { runMain, type MainContext } from '@switchyard/runtime';
import { holdPort } from '../process/free-port.ts';
import { openProcessOwner, type ProcessOwner } from '../process/process-owner.ts';
import { playStep } from './play.ts';
import { pickDemoPorts, turnstilePort, type DemoPorts } from './ports.ts';
import { createScreen, type Screen } from './screen.ts';
import { createStage, type Stage } from './stage.ts';
import { steps } from './steps.ts';

const usage =
  'Usage: pnpm demo [--once]\n\n  --once   end after the last step instead of staying up until Ctrl-C (the default without a terminal)\n';

async function main({ argv, env, signal, stdout }: MainContext): Promise<number> {
  const values = parseOptions(argv);
  if (values.help === true) {
    stdout.write(usage);
    return 0;
  }
  const screen = createScreen(stdout, env);
  const owner = openProcessOwner('switchyard-demo', toChildEnv(env));
  const stop = AbortSignal.any([signal, watchParent()]);
  try {
    return await show({ owner, screen, signal: stop, stays: stdout.isTTY && values.once !== true });
  } catch (error) {
    if (stop.aborted) return 130;
    owner.keepFolder();
    screen.failure(error instanceof Error ? error.message : String(error));
    screen.line(`Logs are kept in ${owner.folder}.`);
    return 1;
  } finally {
    await owner[Symbol.asyncDispose]();
  }
}

/** Throws `bad_usage`. */
function parseOptions(argv: readonly string[]): { readonly once?: boolean; readonly help?: boolean } {
  try {
    return parseArgs({ args: [...argv], options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (cause) {
    const [what] = InterceptError.from(cause).message.split('. ', 1);
    throw new InterceptError('bad_usage', `${what}.`, { cause, hint: 'See `pnpm demo --help`.' });
  }
}

interface Show {
  readonly owner: ProcessOwner;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** Stay up at the end, for curl. */
  readonly stays: boolean;
}

async function show({ owner, screen, signal, stays }: Show): Promise<number> {
  const startedAt = performance.now();
  await using turn = await holdPort(turnstilePort);
  const ports = await pickDemoPorts(turn !== undefined);
  const stage = createStage(owner, ports, signal);
  await setUp(stage, ports, screen, signal);
  const wrong: string[] = [];
  for (const [index, step] of steps.entries()) wrong.push(...(await playStep(step, index + 1, { stage, ports, screen, signal })));
  if (wrong.length > 0) throw new Error(`An answer came from the wrong side.\n${wrong.join('\n')}`);
  const answers = steps.reduce((sum, { asks }) => sum + asks.length, 0);
  screen.title(`All ${answers} answers came from the right side (${toSeconds(performance.now() - startedAt)}).`);
  if (stays) await stayUp(stage, ports, screen, signal);
  else screen.line('\n`pnpm demo` on a terminal stays up for you to try it with curl.');
  return 0;
}

async function setUp(stage: Stage, ports: DemoPorts, screen: Screen, signal: AbortSignal): Promise<void> {
  screen.title('One shop for all, two developers, every request to the right one');
  const { web, orders, payments } = ports.routed;
  const scenes: readonly (readonly [about: string, run: () => Promise<void>])[] = [
    ['the shop is up: web → orders → payments', stage.openShop],
    [`the manager is up, in front of web :${web}, orders :${orders} and payments :${payments}`, stage.openManager],
    ["alice's orders answer her key: intercept run orders -- node my-orders.js", stage.aliceRuns],
    [`bob starts his orders in his debugger, on port ${ports.bob}`, stage.startBob],
    [`bob's orders answer his key: intercept up orders=${ports.bob}`, stage.bobJoins],
  ];
  for (const [about, run] of scenes) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    await run();
    screen.event(about, toSeconds(performance.now() - startedAt));
  }
}

async function stayUp(stage: Stage, { routed, health }: DemoPorts, screen: Screen, signal: AbortSignal): Promise<void> {
  await stage.bobJoins();
  screen.title('Bob is back, and everything stays up. Try it from another terminal:');
  const { web, orders } = routed;
  screen.line(`  curl http://127.0.0.1:${web}/`);
  screen.line(`  curl -H 'x-intercept-id: alice' http://127.0.0.1:${web}/`);
  screen.line(`  curl -i -H 'baggage: intercept=bob' http://127.0.0.1:${orders}/`);
  screen.line(`  curl http://127.0.0.1:${health}/metrics`);
  screen.line('\nCtrl-C ends everything.');
  // The terminal's or the test's signal is the only way on; an interval keeps the process alive until then.
  const alive = setInterval(() => {}, 60_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
  screen.line('\nStopping.');
}

/** The developers' settings are the demo's own: nothing is read from or written to the person's own configuration. */
function toChildEnv(env: MainContext['env']): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !/^(?:INTERCEPT_|INIT_CWD$|PORT$|npm_)/.test(name));
  return Object.fromEntries(own);
}

/** Under a wrapper (npx, pnpm) the wrapper may be ended alone: then this ends too. So does a closed terminal. */
function watchParent(): AbortSignal {
  const gone = new AbortController();
  const parent = process.ppid;
  process.once('SIGHUP', () => gone.abort());
  setInterval(() => process.ppid !== parent && gone.abort(), 500).unref();
  return gone.signal;
}

function toSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

await runMain(main);
