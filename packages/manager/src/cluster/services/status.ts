import { isDeepStrictEqual } from 'node:util';
import type { Condition, RoutedConditionType, RoutedReason, RoutedService, RoutedServiceStatus } from '@switchyard/kube';

/** A condition as a decision names it: when it began follows from what stood there before. */
export interface Claim {
  readonly status: 'True' | 'False';
  readonly reason: RoutedReason;
  /** One sentence. */
  readonly message: string;
}

type RoutedCondition = Condition<RoutedConditionType, RoutedReason>;

/** The condition of `type`, where it was written already. */
export function conditionOf(routed: RoutedService, type: RoutedConditionType): RoutedCondition | undefined {
  return routed.status?.conditions?.find((condition) => condition.type === type);
}

/** The status with the changes and conditions in it; undefined where that is what stands there. */
export function toStatus(
  routed: RoutedService,
  changes: Partial<Omit<RoutedServiceStatus, 'conditions'>>,
  claims: Partial<Record<RoutedConditionType, Claim>>,
  now: Date,
): RoutedServiceStatus | undefined {
  const old = routed.status ?? {};
  const types: readonly RoutedConditionType[] = ['Ready', 'Contested'];
  const conditions = types.flatMap((type) => {
    const before = conditionOf(routed, type);
    const claim = claims[type];
    return claim === undefined ? (before ?? []) : toCondition(type, claim, before, now);
  });
  const status = { ...old, ...changes, conditions };
  return isDeepStrictEqual(status, old) ? undefined : status;
}

function toCondition(type: RoutedConditionType, claim: Claim, before: RoutedCondition | undefined, now: Date): RoutedCondition {
  const { status, reason, message } = claim;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : toTimestamp(now);
  return { type, status, reason, message, lastTransitionTime };
}

/** RFC 3339 in whole seconds, as the API keeps it. */
export function toTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
