import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import type { Context } from '../context.ts';
import type { Interception } from '../control/control.ts';
import { startChild, type Child, type StopSignal } from '../local/child.ts';
import { choose } from '../local/choose.ts';
import { createSystemPorts, findPort, type PortPlan } from '../local/find-port.ts';
import { untilAborted } from './until-aborted.ts';
import { rememberKey } from '../remember-key.ts';
import { toPersonsEnvironment } from '../wrapper.ts';
import { showReady, toReadyData, toReadyFields } from './ready.ts';
import type { RunPlan } from './run-plan.ts';

/** The process runs elsewhere and stays as it is. */
export async function runBeside(context: Context, plan: RunPlan): Promise<number> {
  const local = toLocalAddress(plan.port);
  await using interception = await openInterception(plan, local, context.host.signal);
  await announce(context, plan, local, interception);
  // Whoever stops it hears of no end that the stop itself brought about.
  throw await Promise.race([untilAborted(context.host.signal), interception.over]);
}

/** What `run` exits with when it fails itself after the command was started. */
const ownFailure = 125;

/** Owns the command from its start to its end; the person's own command decides the exit code. */
export async function runCommand(context: Context, plan: RunPlan, command: readonly string[]): Promise<number> {
  const { output, host } = context;
  await using child = await start(context, plan, command);
  const ended = new AbortController();
  void child.exited.then(() => ended.abort(new InterceptError('canceled', 'The command ended.')));
  // The command learns of a signal at once, not after the manager.
  void untilAborted(host.signal).then((error) => child.stop(toStopSignal(error)));
  const working = AbortSignal.any([host.signal, ended.signal]);
  let until = 'it listened on a port';
  try {
    const local = await waitForPort(context, plan, child, working);
    until = 'its intercept was registered';
    await using interception = await openInterception(plan, local, working);
    await announce(context, plan, local, interception);
    const outcome = await Promise.race([child.exited, interception.over]);
    if (typeof outcome === 'number') return outcome;
    output.fail(outcome);
    return outcome.code === 'intercept_not_found' ? outcome.row.exit : ownFailure;
  } catch (reason) {
    const code = working.aborted ? await child.exited : ownFailure;
    if (!host.signal.aborted) output.fail(working.aborted ? endedEarly(code, until) : InterceptError.from(reason));
    return code === 0 && !host.signal.aborted ? ownFailure : code;
  }
}

async function start({ clock, host, output }: Context, plan: RunPlan, command: readonly string[]): Promise<Child> {
  const key = plan.wanted.key?.key;
  const carried = key === undefined ? {} : { INTERCEPT_KEY: key, BAGGAGE: `intercept=${key}` };
  const own = { ...carried, PORT: String(toLocalAddress(plan.port).port) };
  output.say(`starting ${command.join(' ')} with PORT=${own.PORT}`);
  return startChild(
    { clock },
    {
      command,
      cwd: host.cwd,
      env: { ...toPersonsEnvironment(host.env), ...own },
      // Standard output is for the document where one was asked for.
      stdout: output.format === 'text' ? 'inherit' : 'stderr',
      onExit: host.onExit,
    },
  );
}

/** A command that ends before its requests arrive was no success, whatever it says. */
function endedEarly(code: number, until: string): InterceptError {
  const background = 'If it starts a server in the background, name its port with --port N and leave out the command.';
  const hint = code === 0 ? background : 'Its own output says why.';
  return new InterceptError('local_refused', `The command ended (exit code ${code}) before ${until}.`, { hint });
}

function toLocalAddress(port: PortPlan): LocalAddress {
  return port.t === 'fixed' ? port.address : { host: 'localhost', port: port.port };
}

async function waitForPort(context: Context, plan: RunPlan, child: Child, signal: AbortSignal): Promise<LocalAddress> {
  const { clock, output, host } = context;
  const { timeoutMs } = plan.wanted;
  const wanted = formatLocalAddress(toLocalAddress(plan.port));
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
    const local = await findPort({ ...createSystemPorts(clock), choose: chooseWhilePaused }, plan.port, {
      pid: child.pid,
      timeoutMs,
      signal,
    });
    if (plan.port.t === 'asked' && local.port !== plan.port.port)
      output.say(`the command does not heed PORT; it listens at ${formatLocalAddress(local)}`);
    return local;
  } finally {
    slow.cancel();
  }
}

function toStopSignal(error: InterceptError): StopSignal {
  const name = error.detail?.['signal'];
  return name === 'SIGINT' || name === 'SIGHUP' || name === 'SIGQUIT' ? name : 'SIGTERM';
}

function openInterception(plan: RunPlan, local: LocalAddress, signal: AbortSignal): Promise<Interception> {
  const { lane, timeoutMs } = plan.wanted;
  return plan.control.openInterception({ intercepts: [{ spec: plan.spec, deliver: local }], lane, timeoutMs, signal });
}

async function announce(
  context: Context,
  { settings, control, wanted, routed }: RunPlan,
  local: LocalAddress,
  { intercepts }: Interception,
): Promise<void> {
  if (wanted.key !== undefined) await rememberKey(context, { control, settings }, wanted.key);
  const [intercept] = intercepts;
  if (intercept === undefined) return;
  const ready = { intercept, routed, local, askedMs: wanted.lifetimeMs };
  showReady(context, [ready], { data: toReadyData(ready), text: () => '', plain: [toReadyFields(ready)] });
}
