import { openAgent, type AgentEvent, type AgentOptions } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError, type EndReason, type InterceptInfo } from '@switchyard/contract';
import { toShownName } from '@switchyard/tunnel';
import { formatTime } from '../coarse.ts';
import type { Context } from '../context.ts';
import { cliLimits } from '../limits.ts';
import { toPrintable } from '../printable.ts';
import type { Token } from '../token.ts';

/** Which manager to work with, and how this process proves itself. */
export interface AgentSessionOptions extends Pick<
  AgentOptions,
  'url' | 'access' | 'owner' | 'actor' | 'keyPair' | 'intercepts' | 'signal'
> {
  /** The manager, for people: `the manager at HOST:PORT`. */
  readonly manager: string;
  readonly token: Token | undefined;
  /** Learns of everything that happens before we leave, after the person. */
  readonly onEvent?: AgentOptions['onEvent'];
}

/** This process's link to a manager. Dispose says goodbye, so that requests stop at once. */
export interface AgentSession extends AsyncDisposable {
  /** As the manager last described them. */
  readonly intercepts: readonly InterceptInfo[];
  /** Resolves, never rejects, when the manager's side is over before ours: with what to tell the person. */
  readonly over: Promise<InterceptError>;
}

/**
 * Registers intercepts, tells the person what happens to them, and keeps them until `signal` is aborted or it is disposed. Rejects as
 * `openAgent` does.
 */
export async function openAgentSession(context: Context, options: AgentSessionOptions): Promise<AgentSession> {
  const { clock, log, host } = context;
  const over = Promise.withResolvers<InterceptError>();
  const tell = createTeller(context, options);
  let live = options.intercepts.length;
  let leaving = false;
  const onEvent = (event: AgentEvent): void => {
    // What ends because we leave is no news.
    if (leaving) return;
    tell(event);
    if (event.t === 'intercept_ended' && --live === 0) over.resolve(toEndError(event.intercept, event.reason, event.message));
    if (event.t === 'closed' && event.error !== undefined) over.resolve(event.error);
    options.onEvent?.(event);
  };
  // Service accounts of a cluster may have longer names than the protocol carries.
  const agent = await openAgent(
    { clock, log },
    { ...options, token: options.token?.read, owner: toShownName(options.owner), client: toShownName(host.hostName), onEvent },
  );
  const leave = (): Promise<void> => {
    leaving = true;
    return agent.goodbye();
  };
  // Requests stop at once, while the process may still take its time to end.
  options.signal.addEventListener('abort', () => void leave(), { once: true });
  return {
    get intercepts() {
      return agent.intercepts;
    },
    over: over.promise,
    [Symbol.asyncDispose]: leave,
  };
}

/** Says in words what a person wants to know of a session. */
export function createTeller({ output, clock }: Context, { manager, intercepts }: AgentSessionOptions): (event: AgentEvent) => void {
  let lastFailureMs = -Infinity;
  return (event) => {
    switch (event.t) {
      case 'connected':
        if (event.awayMs !== undefined) output.say(`back at ${manager} after ${(event.awayMs / 1000).toFixed(1)} s`);
        return;
      case 'reconnecting':
        output.warn(`${manager} went away (${event.error.message}); reconnecting`);
        return;
      case 'draining':
        output.say('the manager is stopping; this session goes over to the next one');
        return;
      case 'moved':
        output.say('the next manager has taken over');
        return;
      case 'expiry_warning':
        output.warn(toExpiryText(event, clock.date()));
        return;
      case 'intercept_renewed':
        output.say(toRenewedText(event));
        return;
      case 'intercept_ended':
        if (intercepts.length > 1) output.warn(toEndError(event.intercept, event.reason, event.message).message);
        return;
      case 'delivery_failed':
        if (clock.now() - lastFailureMs < cliLimits.failureQuietMs.value) return;
        lastFailureMs = clock.now();
        output.warn(`a request for ${event.intercept.service} could not be delivered: ${event.error.message}`);
        return;
      // Who waits for it says so in steps.
      case 'intercept_changed':
      case 'closed':
        return;
    }
  };
}

type EventOf<T extends AgentEvent['t']> = Extract<AgentEvent, { readonly t: T }>;

function toExpiryText({ intercept: { service }, expiresAt, message }: EventOf<'expiry_warning'>, now: Date): string {
  const ends = `the intercept of ${service} ends in ${formatDuration(roundToSeconds(expiresAt.getTime() - now.getTime()))}`;
  return message === undefined ? `${ends}; to go on: intercept renew ${service}` : `${ends}. ${toPrintable(message)}`;
}

function toRenewedText({ intercept: { service, closing }, expiresAt }: EventOf<'intercept_renewed'>): string {
  const renewed = `the intercept of ${service} was renewed`;
  if (closing === undefined) return `${renewed}, and lives until ${formatTime(expiresAt)}`;
  return `${renewed}, and ends at ${formatTime(closing.at)} all the same. ${toPrintable(closing.message)}`;
}

const endings: Readonly<Record<EndReason, { readonly text: string; readonly hint: string }>> = {
  removed: { text: 'was removed', hint: 'Somebody ran `intercept down`. Start it again to have the requests back.' },
  expired: { text: 'reached the end of its lifetime', hint: 'Run it again to go on.' },
  session_gone: { text: 'ended, because this session was away for too long', hint: 'Start it again.' },
  replaced: { text: 'was taken over by another process of yours', hint: 'Use another key (--key) to have both.' },
  revoked: { text: 'was ended by an administrator', hint: 'Ask them before you start it again.' },
  idle: { text: 'ended, because no request came for it in a long time', hint: 'Start it again when you need it.' },
  right_lost: {
    text: 'ended, because you may not intercept this service any more',
    hint: 'Ask an administrator of the namespace for the right.',
  },
  policy: { text: 'ended, because a policy does not allow it any more', hint: 'See the policies of the namespace: intercept policy list' },
};

/** What to tell of an intercept that is over; `message` is the manager's own sentence, where it has one. */
export function toEndError({ service, key }: Pick<InterceptInfo, 'service' | 'key'>, reason: EndReason, message?: string): InterceptError {
  const { text, hint } = endings[reason];
  const which = key === undefined ? 'without a key' : `with the key "${key}"`;
  const sentence = message === undefined || message === '' ? `The intercept of ${service} ${which} ${text}.` : toPrintable(message);
  return new InterceptError('intercept_not_found', sentence, { hint });
}

function roundToSeconds(durationMs: number): number {
  return Math.round(durationMs / 1000) * 1000;
}
