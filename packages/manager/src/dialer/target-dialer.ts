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

  /** The session that answers for the intercept, once it has one. */
  async function untilReady(id: InterceptId, signal: AbortSignal): Promise<{ intercept: Intercept; session: AgentSession; held: boolean }> {
    for (let held = false; ; held = true) {
      const intercept = intercepts.get(id);
      if (intercept === undefined) throw ended(id);
      const { link } = intercept;
      if (link.t === 'ready') return { intercept, session: link.session, held };
      const leftMs = link.sinceMs + limits.holdMs - clock.now();
      if (leftMs <= 0) throw offline(intercept, link);
      await hold.wait(id, leftMs, signal);
    }
  }

  /** A pipe of `session`; undefined where another manager has it that was not reached, and there is time to try again. */
  async function open(intercept: Intercept, session: AgentSession, signal: AbortSignal): Promise<Pipe | undefined> {
    try {
      return await session.openPipe(intercept.id, signal);
    } catch (reason) {
      const sinceMs = session.unreachedMs;
      if (sinceMs === undefined || InterceptError.from(reason).code !== 'tunnel_lost') throw reason;
      const leftMs = sinceMs + limits.holdMs - clock.now();
      if (leftMs <= 0) throw unreached(intercept, reason);
      await hold.wait(intercept.id, Math.min(leftMs, retryMs), signal);
      return undefined;
    }
  }

  async function dialTunnel(id: InterceptId, signal: AbortSignal): Promise<Pipe> {
    let held = false;
    for (let dial = 1; ; dial += 1) {
      try {
        const ready = await untilReady(id, signal);
        held ||= ready.held;
        const pipe = await open(ready.intercept, ready.session, signal);
        if (pipe === undefined) {
          held = true;
          // It was not a dial of the session; the hold bounds this.
          dial -= 1;
          continue;
        }
        dials.add(1, { held: String(held), outcome: 'opened' });
        return pipe;
      } catch (reason) {
        const error = InterceptError.from(reason);
        if (error.code === 'tunnel_lost' && dial < mostDials) continue;
        dials.add(1, { held: String(held), outcome: error.code });
        throw error;
      }
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
