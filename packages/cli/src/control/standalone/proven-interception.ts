import { createAgentKey, type AgentEvent } from '@switchyard/agent';
import type { InterceptError } from '@switchyard/contract';
import type { Context } from '../../context.ts';
import { createSteps } from '../../steps.ts';
import { openAgentSession, toEndError, type AgentSessionOptions } from '../agent-session.ts';
import type { Interception, InterceptionOptions } from '../control.ts';
import { toLate } from '../tell-progress.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { Arrivals } from './arrivals.ts';

/** Which manager of a cluster, and as whom it knows the person. */
export type ProvenPlace = Pick<AgentSessionOptions, 'manager' | 'url' | 'access' | 'actor' | 'token' | 'owner'>;

/**
 * Opens a session whose intercepts the manager of a cluster makes in the name of who proved themselves, and waits until requests arrive.
 * Rejects as `openAgent` does, with what the manager refuses an intercept with meanwhile, or with `upstream_timeout` after `timeoutMs`;
 * then the goodbye takes the intercepts away.
 */
export async function openProvenInterception(
  context: Context,
  place: ProvenPlace,
  { intercepts, timeoutMs, signal: stopped }: InterceptionOptions,
): Promise<Interception> {
  const { clock, output } = context;
  const steps = createSteps(output);
  const arrivals = new Arrivals(output, steps);
  const failed = new AbortController();
  const signal = AbortSignal.any([stopped, failed.signal]);
  await using stack = new AsyncDisposableStack();
  const deadline = clock.after(timeoutMs, () => failed.abort(toLate(arrivals.late, timeoutMs)));
  stack.defer(() => deadline.cancel());
  stack.defer(() => steps.end());
  // Before the session is open, nobody knows what it was told.
  let look = (): void => {};
  const onEvent = (event: AgentEvent): void => {
    const error = toEnd(event);
    if (error === undefined) look();
    else arrivals.fail(error);
  };
  for (const { spec } of intercepts) steps.begin(`asking for the requests of ${spec.service}`);
  // The object that the manager writes has the key of its session.
  const keyPair = createAgentKey();
  const session = stack.use(await openAgentSession(context, { ...place, keyPair, intercepts, signal, onEvent }));
  look = () => arrivals.look(session.intercepts);
  look();
  await unlessAborted(signal, arrivals.ready);
  deadline.cancel();
  steps.end();
  const kept = stack.move();
  return { intercepts: session.intercepts, over: session.over, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** That an intercept, or the session, is over. */
function toEnd(event: AgentEvent): InterceptError | undefined {
  if (event.t === 'intercept_ended') return toEndError(event.intercept, event.reason, event.message);
  return event.t === 'closed' ? event.error : undefined;
}
