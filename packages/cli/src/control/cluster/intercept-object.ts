import { isLabel, parseServiceName, toRoutingKey, type InterceptId, type InterceptSpec, type Waiting } from '@switchyard/contract';
import {
  createInterceptObject,
  fromMatchObject,
  type Claimant,
  type Condition,
  type Intercept,
  type InterceptConditionType,
  type InterceptReason,
} from '@switchyard/kube';
import { toRouteId } from '@switchyard/route';
import { toPrintable } from '../../printable.ts';
import type { ControlledIntercept } from '../control.ts';

/** The object that asks for an intercept; its match is a checked one. */
export function toInterceptObject(spec: InterceptSpec, claimant: Claimant): Intercept {
  const { service, port = '', key, match } = spec;
  return createInterceptObject(toRouteId(service, port, { key, match }), { ...spec, port }, claimant);
}

/** How long an intercept lives where its manager has not said it yet. */
const defaultLifetimeMs = 8 * 3_600_000;

/** An Intercept object as everywhere else; undefined where it is none that this version understands. */
export function toControlledIntercept(object: Intercept): ControlledIntercept | undefined {
  const { spec, status, metadata } = object;
  const key = spec.key === undefined ? undefined : toRoutingKey(spec.key);
  const match = fromMatchObject(spec.match);
  if (match === undefined || !isLabel(spec.service) || (spec.key === undefined ? match.length === 0 : key === undefined)) return undefined;
  const service = parseServiceName(spec.service);
  const createdAt = toDate(metadata.creationTimestamp) ?? new Date(0);
  return {
    id: metadata.name as InterceptId,
    service,
    port: spec.port,
    key,
    match,
    sharedWith: (spec.shareWith ?? []).map(toPrintable),
    joins: spec.join === true,
    owner: toPrintable(spec.owner.user),
    whenAway: spec.whenAway === 'Baseline' ? 'baseline' : 'fail',
    session: isTrue(object, 'SessionReady') ? 'ready' : 'away',
    client: toPrintable(spec.client ?? ''),
    createdAt,
    expiresAt:
      toDate(status?.expiresAt) ??
      new Date(createdAt.getTime() + (spec.lifetimeSeconds ?? 0) * 1_000 || createdAt.getTime() + defaultLifetimeMs),
    waiting: toWaiting(object),
    routed: { reason: toRoutedReason(object), since: toDate(status?.routedSince) },
  };
}

/** That it is not accepted, where the manager says so. Of what comes after, `routed` tells. */
function toWaiting(object: Intercept): Waiting | undefined {
  const accepted = findCondition(object, 'Accepted');
  return accepted?.status === 'False' ? { accepted: false, reason: accepted.reason, message: accepted.message } : undefined;
}

/** One of an object's conditions, its message fit for a terminal: names of others stand in it. Undefined while the manager has not written it. */
export function findCondition(
  { status }: Intercept,
  type: InterceptConditionType,
): Condition<InterceptConditionType, InterceptReason> | undefined {
  const found = status?.conditions?.find((each) => each.type === type);
  return found && { ...found, message: toPrintable(found.message) };
}

/** Whether a condition holds. */
function isTrue(object: Intercept, type: InterceptConditionType): boolean {
  return findCondition(object, type)?.status === 'True';
}

/** An RFC 3339 time; undefined where there is none. */
export function toDate(text: string | undefined): Date | undefined {
  const date = text === undefined ? undefined : new Date(text);
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

/** The first thing that keeps its requests from the router; `Routed` where nothing does. */
function toRoutedReason(object: Intercept): string {
  const accepted = findCondition(object, 'Accepted');
  if (accepted === undefined) return 'Pending';
  if (accepted.status !== 'True') return accepted.reason;
  return findCondition(object, 'Routed')?.reason ?? 'Preparing';
}
