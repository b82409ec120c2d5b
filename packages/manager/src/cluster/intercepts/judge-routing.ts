import type { RoutedReason } from '@switchyard/kube';
import { standDownMessage } from '../services/stand-down.ts';
import type { Claim } from './claim.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Verdict } from './verdict.ts';

/** Whether the traffic of an intercept's service passes through the router, and since when. */
export interface Routing extends Verdict {
  /** RFC 3339. */
  readonly since: string | undefined;
}

/** What of a routed service's reasons is told of the intercept; every other one means that it is on its way. */
const told: Partial<Record<RoutedReason, Verdict['reason']>> = {
  PortUnavailable: 'PortUnavailable',
  Drifted: 'Drifted',
  Contested: 'Contested',
  Failing: 'Failing',
};

/** Where the service of `claim` stands on its way to the router. */
export function judgeRouting(
  { service, port }: Pick<Claim, 'service' | 'port'>,
  accepted: boolean,
  { routedServices, standingDown }: Pick<ClusterView, 'routedServices' | 'standingDown'>,
): Routing {
  const no = (reason: Verdict['reason'], message: string): Routing => ({ holds: false, reason, message, since: undefined });
  if (!accepted) return no('NotAccepted', 'The intercept is not accepted.');
  const routed = routedServices.get(service);
  const { phase, conditions = [], routedSince } = routed?.status ?? {};
  if (standingDown && phase !== 'Routed') return no('StandingDown', standDownMessage);
  const contested = conditions.find(({ type }) => type === 'Contested');
  if (contested?.status === 'True') return no('Contested', contested.message);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const reason = ready?.status === 'False' ? told[ready.reason] : undefined;
  if (ready !== undefined && reason !== undefined) return no(reason, ready.message);
  const hasPort = routed?.spec.ports.some(({ name }) => name === port) ?? false;
  if (phase === 'Restoring') return no('Preparing', `The traffic of ${service} is being given back to its own pods.`);
  if (phase !== 'Routed' || ready?.status !== 'True' || !hasPort) {
    return no('Preparing', `The traffic of ${service} is being led to the router.`);
  }
  return { holds: true, reason: 'Routed', message: `The traffic of ${service} passes through the router.`, since: routedSince };
}
