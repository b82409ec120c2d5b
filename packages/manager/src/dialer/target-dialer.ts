import type { Address } from '@switchyard/config';
import { InterceptError, type Dialer, type InterceptId, type Metrics, type Pipe } from '@switchyard/contract';
import { fixedManagerLimits, type ManagerLimits } from '../limits.ts';
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

/**
 * The `Dialer` of a manager. A tunnel target is dialled through the session that its intercept has
 * *now*: while that session is lost, the connection is held until `holdMs` after the loss, then fails with `developer_offline`.
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
  async function untilReady(id: InterceptId, signal: AbortSignal): Promise<{ session: AgentSession; held: boolean }> {
    for (let held = false; ; held = true) {
      const intercept = intercepts.get(id);
      if (intercept === undefined) throw ended(id);
      const { link } = intercept;
      if (link.t === 'ready') return { session: link.session, held };
      const leftMs = link.sinceMs + limits.holdMs - clock.now();
      if (leftMs <= 0) throw offline(intercept, link);
      await hold.wait(id, leftMs, signal);
    }
  }

  async function dialTunnel(id: InterceptId, signal: AbortSignal): Promise<Pipe> {
    let held = false;
    for (let dial = 1; ; dial += 1) {
      try {
        const ready = await untilReady(id, signal);
        held ||= ready.held;
        const pipe = await ready.session.openPipe(id, signal);
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

function offline({ title, owner, service }: Intercept, { last, since, until }: AwayLink): InterceptError {
  const message = `${title} is intercepted by ${owner} (${last.client}), whose session was lost at ${toTimeText(since)}.`;
  return new InterceptError('developer_offline', message, {
    hint: `It ends at ${toTimeText(until)} unless the session comes back; ${owner} can end it now with \`intercept down ${service}\`.`,
    detail: { owner, client: last.client, since: since.toISOString(), until: until.toISOString() },
  });
}
