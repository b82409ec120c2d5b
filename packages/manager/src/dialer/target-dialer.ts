import type { Address } from '@switchyard/config';
import { InterceptError, type Dialer, type InterceptId, type Metrics, type Pipe } from '@switchyard/contract';
import { fixedManagerLimits, peerLimits, type ManagerLimits } from '../limits.ts';
import { toTimeText, type AgentSession, type AwayLink, type Intercept } from '../registry/intercept.ts';
import type { InterceptSource } from '../registry/ports.ts';
import { Hold, type HoldDeps } from './hold.ts';

/** What the dialer stands on. */
export interface TargetDialerDeps extends HoldDeps {
  readonly metrics: Metrics;
  readonly intercepts: InterceptSource;
  /** Opens a connection to an address; rejects as `Dialer.dial` does. */
  readonly dialSocket: (address: Address, signal: AbortSignal) => Promise<Pipe>;
}

/** A connection to an intercept that somebody wants. */
interface Wish {
  readonly id: InterceptId;
  readonly signal: AbortSignal;
  /** Holds it until something happens to the intercept, at most so long. As `Hold.wait`. */
  readonly wait: (leftMs: number) => Promise<void>;
}

/** A session may be lost and replaced again while a connection waits for it; so often it is tried anew. */
const mostDials = fixedManagerLimits.dials.value;
const retryMs = peerLimits.hopRetryMs.value;

/**
 * The `Dialer` of a manager. A tunnel target is dialled through the session that its intercept has
 * *now*: while that session is lost, or the manager that has it is not reached, the connection is held until `holdMs` after the loss, then
 * fails with `developer_offline`.
 */
export function createTargetDialer(deps: TargetDialerDeps, limits: Pick<ManagerLimits, 'holdMs' | 'heldPerIntercept'>): Dialer {
  const { clock, metrics, intercepts, dialSocket } = deps;
  const hold = new Hold(deps, limits);
  metrics.gauge({ name: 'switchyard_held_connections', help: 'Connections that wait for a lost session.' }, () => hold.count);
  const dials = metrics.counter({
    name: 'switchyard_tunnel_dials_total',
    help: 'Connections to intercepts, by whether they waited for a lost session, and their outcome: opened, or the code of the failure.',
    labels: ['held', 'outcome'],
  });

  /** The intercept and its session, once that is ready. */
  async function untilReady({ id, wait }: Wish): Promise<{ intercept: Intercept; session: AgentSession }> {
    for (;;) {
      const intercept = intercepts.get(id);
      if (intercept === undefined) throw ended(id);
      const { link } = intercept;
      if (link.t === 'ready') return { intercept, session: link.session };
      const leftMs = link.sinceMs + limits.holdMs - clock.now();
      if (leftMs <= 0) throw offline(intercept, link);
      await wait(leftMs);
    }
  }

  /** How long to wait before another manager that was not reached is asked again. Throws where that is not why `session` failed, or too late. */
  function toRestMs(intercept: Intercept, session: AgentSession, reason: unknown): number {
    const sinceMs = session.unreachedMs;
    if (sinceMs === undefined || InterceptError.from(reason).code !== 'tunnel_lost') throw reason;
    const leftMs = sinceMs + limits.holdMs - clock.now();
    if (leftMs <= 0) throw unreached(intercept, reason);
    return Math.min(leftMs, retryMs);
  }

  /** A pipe of the session that the intercept has by then, whichever manager has that. */
  async function openPipe(wish: Wish): Promise<Pipe> {
    for (;;) {
      const { intercept, session } = await untilReady(wish);
      try {
        return await session.openPipe(wish.id, wish.signal);
      } catch (reason) {
        await wish.wait(toRestMs(intercept, session, reason));
      }
    }
  }

  /** As `openPipe`, again where the session was lost while it was asked. */
  async function openPipeAnew(wish: Wish): Promise<Pipe> {
    for (let left = mostDials - 1; ; left--) {
      try {
        return await openPipe(wish);
      } catch (reason) {
        if (left === 0 || InterceptError.from(reason).code !== 'tunnel_lost') throw reason;
      }
    }
  }

  async function dialTunnel(id: InterceptId, signal: AbortSignal): Promise<Pipe> {
    let held = false;
    const count = (outcome: string): void => dials.add(1, { held: String(held), outcome });
    const wait = (leftMs: number): Promise<void> => {
      held = true;
      return hold.wait(id, leftMs, signal);
    };
    try {
      const pipe = await openPipeAnew({ id, signal, wait });
      count('opened');
      return pipe;
    } catch (reason) {
      const error = InterceptError.from(reason);
      count(error.code);
      throw error;
    }
  }

  return { dial: (target, signal) => (target.t === 'tunnel' ? dialTunnel(target.intercept, signal) : dialSocket(target, signal)) };
}

function ended(id: InterceptId): InterceptError {
  return new InterceptError('developer_offline', `The intercept ${id} has ended.`, {
    hint: 'Send the request again: the baseline answers it.',
  });
}

function unreached({ title, owner, service, link }: Intercept, cause: unknown): InterceptError {
  const { client } = link.t === 'ready' ? link.session : link.last;
  const message = `${title} is intercepted by ${owner} (${client}), and the manager that has the session is not reached.`;
  return new InterceptError('developer_offline', message, {
    hint: `The session comes back by itself, through another manager; ${owner} can end it now with \`intercept down ${service}\`.`,
    cause,
  });
}

function offline({ title, owner, service }: Intercept, { last, since, until }: AwayLink): InterceptError {
  const message = `${title} is intercepted by ${owner} (${last.client}), whose session was lost at ${toTimeText(since)}.`;
  return new InterceptError('developer_offline', message, {
    hint: `It ends at ${toTimeText(until)} unless the session comes back; ${owner} can end it now with \`intercept down ${service}\`.`,
    detail: { owner, client: last.client, since: since.toISOString(), until: until.toISOString() },
  });
}
