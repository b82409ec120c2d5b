import { openAgent, type AgentEvent, type AgentIntercept } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError, type EndReason, type InterceptInfo } from '@switchyard/contract';
import type { Context } from './context.ts';
import type { Settings } from './settings.ts';

/** Intercepts that live as long as this process says. Dispose removes them. */
export interface Interception extends AsyncDisposable {
  readonly intercepts: readonly InterceptInfo[];
  /** Resolves, never rejects, when the manager's side is over before ours: with what to tell the person. */
  readonly over: Promise<InterceptError>;
}

/** A failed delivery is told once in this time, however many requests fail. */
const failureQuietMs = 5_000;

/**
 * Registers intercepts, tells the person what happens to them, and keeps them until `signal` is aborted or it is disposed. Rejects as
 * `openAgent` does.
 */
export async function openInterception(
  context: Context,
  settings: Settings,
  intercepts: readonly AgentIntercept[],
  signal: AbortSignal,
): Promise<Interception> {
  const { clock, log, host } = context;
  const over = Promise.withResolvers<InterceptError>();
  const tell = createTeller(context, settings, intercepts);
  let live = intercepts.length;
  const onEvent = (event: AgentEvent): void => {
    tell(event);
    if (event.t === 'intercept_ended' && --live === 0) over.resolve(toEndError(event.intercept, event.reason));
    if (event.t === 'closed' && event.error !== undefined) over.resolve(event.error);
  };
  const { owner, token, manager } = settings;
  const agent = await openAgent({ clock, log }, { url: manager.url, owner, client: host.hostName, token, intercepts, onEvent, signal });
  const leave = (): Promise<void> => agent.goodbye();
  // Requests stop at once, while the process may still take its time to end.
  signal.addEventListener('abort', () => void leave(), { once: true });
  return { intercepts: agent.intercepts, over: over.promise, [Symbol.asyncDispose]: leave };
}

/** Says in words what a person wants to know of a session. */
function createTeller({ output, clock }: Context, settings: Settings, intercepts: readonly AgentIntercept[]): (event: AgentEvent) => void {
  let lastFailureMs = -Infinity;
  return (event) => {
    switch (event.t) {
      case 'connected':
        if (event.awayMs !== undefined) output.say(`back at ${settings.manager.url.host} after ${(event.awayMs / 1000).toFixed(1)} s`);
        return;
      case 'reconnecting':
        output.warn(`the manager at ${settings.manager.url.host} went away (${event.error.message}); reconnecting`);
        return;
      case 'draining':
        output.say('the manager is stopping; this session comes back with the next one');
        return;
      case 'expiry_warning':
        output.warn(
          `the intercept of ${event.intercept.service} ends in ${formatDuration(roundToSeconds(event.expiresAt.getTime() - clock.date().getTime()))}`,
        );
        return;
      case 'intercept_ended':
        if (intercepts.length > 1) output.warn(toEndError(event.intercept, event.reason).message);
        return;
      case 'delivery_failed':
        if (clock.now() - lastFailureMs < failureQuietMs) return;
        lastFailureMs = clock.now();
        output.warn(`a request for ${event.intercept.service} could not be delivered: ${event.error.message}`);
        return;
      case 'closed':
        return;
    }
  };
}

const endings: Readonly<Record<EndReason, { readonly text: string; readonly hint: string }>> = {
  removed: { text: 'was removed', hint: 'Somebody ran `intercept down`. Start it again to have the requests back.' },
  expired: { text: 'reached the end of its lifetime', hint: 'Run it again to go on.' },
  session_gone: { text: 'ended, because this session was away for too long', hint: 'Start it again.' },
  replaced: { text: 'was taken over by another process of yours', hint: 'Use another key (--key) to have both.' },
};

function toEndError({ service, key }: InterceptInfo, reason: EndReason): InterceptError {
  const { text, hint } = endings[reason];
  return new InterceptError('intercept_not_found', `The intercept of ${service} with the key "${key}" ${text}.`, { hint });
}

function roundToSeconds(durationMs: number): number {
  return Math.round(durationMs / 1000) * 1000;
}
