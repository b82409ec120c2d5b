import type { RoutedObservation, Step } from './observation.ts';
import { toStatus } from './status.ts';

/** The next step towards a Service that is its owner's again: its values, their owners, the end of open connections, then our objects. */
export function decideGiveBack({ routed, shadow, released, plan, now }: RoutedObservation): Step {
  const { phase } = routed.status ?? {};
  const wasTouched = phase === 'Routed' || !plan.isGivenBack;
  if (wasTouched && phase !== 'Restoring') {
    const ready = { status: 'False', reason: 'Restoring', message: 'The Service is given back to its owner.' } as const;
    // The record has to be complete before it is used, as in a takeover.
    const original = routed.status?.original ?? plan.original;
    const status = toStatus(routed, { phase: 'Restoring', ...(original && { original }) }, { Ready: ready }, now);
    if (status !== undefined) return { t: 'write-status', status };
  }
  if (!plan.isGivenBack) return { t: 'give-back' };
  if (phase === 'Restoring' && !released) return { t: 'rest' };
  return shadow === undefined ? { t: 'delete-routed-service' } : { t: 'delete-shadow' };
}
