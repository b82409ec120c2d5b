import { decideGiveBack } from './decide-give-back.ts';
import { decideTakeOver } from './decide-take-over.ts';
import type { Observation, Step } from './observation.ts';

/**
 * The next step for a service: a pure function of what is seen, so that any manager that begins here comes to the same end, wherever the
 * one before it died. What the Service itself says is the truth; the phase only says where the manager was going.
 */
export function decide(observation: Observation): Step {
  const { routed, shadow, wanted, plan } = observation;
  // What is left of the takeover is all that could still help its owner.
  if (plan.isStranded) return { t: 'rest' };
  if (routed === undefined) {
    // Somebody deleted the record of a Service that still points here: it is made again, then decides.
    if ((wanted || !plan.isGivenBack) && plan.spec !== undefined) return { t: 'create-routed-service', spec: plan.spec };
    return shadow === undefined ? { t: 'rest' } : { t: 'delete-shadow' };
  }
  if (plan.isGone) return shadow === undefined ? { t: 'delete-routed-service' } : { t: 'delete-shadow' };
  // A Service that points to ports which nobody opens is broken: it is better off without us.
  const isHarmful = observation.ports.t === 'failed' && plan.pointsHere;
  return wanted && !isHarmful ? decideTakeOver({ ...observation, routed }) : decideGiveBack({ ...observation, routed });
}
