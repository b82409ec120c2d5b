import type { RoutedService } from '@switchyard/kube';
import { serviceLimits } from '../../limits.ts';
import type { RoutedObservation, Step } from './observation.ts';
import { conditionOf, toStatus, type Claim } from './status.ts';

const { retakeMs, retakes: mostRetakes, retakeWindowMs } = serviceLimits;

const drifted: Claim = { status: 'False', reason: 'Drifted', message: 'Somebody else changed the Service; it is taken over again soon.' };
const contested: Claim = {
  status: 'False',
  reason: 'Contested',
  message: 'Somebody else keeps changing the Service, so that it is left alone for a while.',
};
const fought: Claim = {
  status: 'True',
  reason: 'Contested',
  message: `The Service was taken over again ${mostRetakes.value} times after foreign writes; a tool that keeps it as it was may have to be told of us.`,
};

/**
 * What to do first about a Service that was ours and that somebody else wrote: say so, and wait where callers are served by the baseline
 * meanwhile. Undefined: take it again now.
 */
export function keepAfterDrift({ routed, plan, now }: RoutedObservation): Step | undefined {
  const retakes = listRetakes(routed, now).map((retake) => Date.parse(retake));
  if (retakes.length >= mostRetakes.value) {
    const status = toStatus(routed, {}, { Ready: contested, Contested: fought }, now);
    if (status !== undefined) return { t: 'write-status', status };
    // Hands off means whole: a Service that is half ours reaches nobody.
    if (!plan.isGivenBack) return { t: 'give-back' };
    return { t: 'rest', wakeMs: Math.min(...retakes) + retakeWindowMs.value - now.getTime() };
  }
  const status = toStatus(routed, {}, { Ready: drifted }, now);
  if (status !== undefined) return { t: 'write-status', status };
  if (plan.pointsHere) return undefined;
  const since = Date.parse(conditionOf(routed, 'Ready')?.lastTransitionTime ?? '');
  const passedMs = now.getTime() - since;
  // A time to come was written by a clock that was wrong: nobody waits for it.
  return passedMs >= 0 && passedMs < retakeMs.value ? { t: 'rest', wakeMs: retakeMs.value - passedMs } : undefined;
}

/** The takeovers after foreign writes that count at `now`. */
export function listRetakes({ status }: RoutedService, now: Date): readonly string[] {
  return (status?.retakes ?? []).filter((retake) => {
    const passedMs = now.getTime() - Date.parse(retake);
    return passedMs >= 0 && passedMs < retakeWindowMs.value;
  });
}
