import { formatLocalAddress, type AgentIntercept, type LocalAddress } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import type { Context } from '../context.ts';
import { openInterception, type Interception } from '../interception.ts';
import { startChild, type Child, type StopSignal } from '../local/child.ts';
import { choose } from '../local/choose.ts';
import { findPort, systemPorts } from '../local/find-port.ts';
import type { RoutedPort } from '../routed-service.ts';
import { untilStopped } from './until-stopped.ts';
import { rememberKey } from '../remember-key.ts';
import { toPersonsEnvironment } from '../wrapper.ts';
import { showReady, toReadyData, toReadyFields } from './ready.ts';
import type { RunPlan, Wanted } from './run-plan.ts';

/** The process runs elsewhere and stays as it is. */
export async function runBeside(context: Context, { settings, wanted, routed, port }: RunPlan): Promise<number> {
  const local = port.t === 'fixed' ? port.address : { host: 'localhost', port: port.port };
  await using interception = await openInterception(context, settings, [toIntercept(wanted, routed, local)]);
  await announce(context, { settings, wanted, routed, port }, local, interception);
  throw await Promise.race([interception.over, untilStopped(context.signal)]);
}

/** Owns the command from its start to its end; the person's own command decides the exit code. */
export async function runCommand(context: Context, plan: RunPlan, command: readonly string[], timeoutMs: number): Promise<number> {
  const { host, output, clock } = context;
  const { key } = plan.wanted.key;
  const own = {
    INTERCEPT_KEY: key,
    BAGGAGE: `intercept=${key}`,
    PORT: String(plan.port.t === 'fixed' ? plan.port.address.port : plan.port.port),
  };
  output.say(`starting ${command.join(' ')} with PORT=${own.PORT}`);
  await using child = await startChild(
    { clock },
    {
      command,
      cwd: host.cwd,
      env: { ...toPersonsEnvironment(host.env), ...own },
      stdout: output.format === 'text' ? 'inherit' : 'stderr',
      onExit: (fn) => host.onExit(fn),
    },
  );
  // The command learns of a signal at once, not after the manager.
  const stopped = untilStopped(context.signal).then(async (error) => {
    await child.stop(toStopSignal(error));
    return error;
  });
  try {
    return await serve(context, plan, child, { timeoutMs, stopped });
  } catch (reason) {
    if (context.signal.aborted) return await child.exited;
    output.fail(InterceptError.from(reason));
    return InterceptError.from(reason).code === 'intercept_not_found' ? 3 : ownFailure;
  }
}

/** What `run` exits with when it fails itself after the command was started. */
const ownFailure = 125;

async function serve(
  context: Context,
  plan: RunPlan,
  child: Child,
  { timeoutMs, stopped }: { readonly timeoutMs: number; readonly stopped: Promise<unknown> },
): Promise<number> {
  const ended = Promise.race([child.exited, stopped.then(() => child.exited)]);
  using search = abortWhen(ended, context.signal);
  const local = await waitForPort(context, plan, child, { timeoutMs, signal: search.signal }).catch(async (reason: unknown) => {
    if (!search.signal.aborted) throw reason;
    return endedEarly(await ended, context.signal);
  });
  if (typeof local === 'number') return local;
  await using interception = await openInterception({ ...context, signal: search.signal }, plan.settings, [
    toIntercept(plan.wanted, plan.routed, local),
  ]);
  await announce(context, plan, local, interception);
  const outcome = await Promise.race([ended, interception.over]);
  if (typeof outcome === 'number') return outcome;
  throw outcome;
}

/** A command that ends before it listens was no success, whatever it says. */
function endedEarly(code: number, signal: AbortSignal): number {
  if (signal.aborted || code !== 0) return code;
  throw new InterceptError('local_refused', 'The command ended before it listened on a port.', {
    hint: 'If it starts a server in the background, name its port with --port N and leave the command away.',
  });
}

async function waitForPort(
  context: Context,
  plan: RunPlan,
  child: Child,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<LocalAddress> {
  const { clock, output, host } = context;
  const wanted = plan.port.t === 'fixed' ? formatLocalAddress(plan.port.address) : `localhost:${plan.port.port}`;
  const slow = clock.after(2_000, () => output.say(`waiting, at most ${formatDuration(timeoutMs)}, until it listens at ${wanted}`));
  const chooseWhilePaused = async (question: string, choices: readonly string[]): Promise<number | undefined> => {
    // Two readers of one terminal would each get half of what is typed.
    child.pause(true);
    try {
      return await choose(host, question, choices, signal);
    } finally {
      child.pause(false);
    }
  };
  try {
    const local = await findPort({ clock, ...systemPorts, choose: chooseWhilePaused }, plan.port, { pid: child.pid, timeoutMs, signal });
    if (plan.port.t === 'asked' && local.port !== plan.port.port)
      output.say(`the command does not heed PORT; it listens at ${formatLocalAddress(local)}`);
    return local;
  } finally {
    slow.cancel();
  }
}

/** A signal that is aborted when a promise settles or another signal is. */
function abortWhen(promise: Promise<unknown>, signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new InterceptError('canceled', 'The command ended.'));
  promise.then(abort, abort);
  return { signal: AbortSignal.any([controller.signal, signal]), [Symbol.dispose]: () => {} };
}

function toStopSignal(error: InterceptError): StopSignal {
  const name = error.detail?.['signal'];
  return name === 'SIGINT' || name === 'SIGHUP' ? name : 'SIGTERM';
}

function toIntercept({ service, key, whenAway, lifetimeMs }: Wanted, { port }: RoutedPort, local: LocalAddress): AgentIntercept {
  return { spec: { service, port: port.name, key: key.key, whenAway, lifetimeMs }, deliver: local };
}

async function announce(
  context: Context,
  { settings, wanted, routed }: RunPlan,
  local: LocalAddress,
  { intercepts }: Interception,
): Promise<void> {
  await rememberKey(context, settings, wanted.key);
  const [intercept] = intercepts;
  if (intercept === undefined) return;
  const ready = { intercept, routed, local };
  showReady(context, [ready], { data: toReadyData(ready), text: () => '', plain: [toReadyFields(ready)] });
}
