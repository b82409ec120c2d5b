import {
  isLabel,
  parseServiceName,
  toRoutingKey,
  type Actor,
  type ActorKind,
  type InterceptId,
  type InterceptSpec,
  type Principal,
} from '@switchyard/contract';
import {
  fromMatchObject,
  toMatchObject,
  type Condition,
  type Intercept,
  type InterceptConditionType,
  type InterceptReason,
} from '@switchyard/kube';
import { toRouteId } from '@switchyard/route';
import { cliLimits } from '../../limits.ts';
import { toPrintable } from '../../printable.ts';
import type { ControlledIntercept } from '../control.ts';

/** What an Intercept object is made of besides the wish itself. */
export interface Claimant {
  /** As whom the API server knows the person. */
  readonly principal: Principal;
  readonly actor: Actor;
  /** This machine, for people. */
  readonly client: string;
  /** Base64 of the agent's Ed25519 public key. */
  readonly publicKey: string;
}

/** The object that asks for an intercept; its match is a checked one. */
export function toInterceptObject(spec: InterceptSpec, claimant: Claimant): Intercept {
  const { service, port = '', key, match, sharedWith, joins, whenAway, lifetimeMs, directPort } = spec;
  const { principal, actor, client, publicKey } = claimant;
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: toRouteId(service, port, { key, match }) },
    spec: {
      service,
      port,
      ...(key === undefined ? {} : { key }),
      ...(match.length === 0 ? {} : { match: toMatchObject(match) }),
      ...(sharedWith.length === 0 ? {} : { shareWith: sharedWith }),
      ...(joins ? { join: true } : {}),
      owner: toOwner(principal),
      actor: { kind: actorKinds[actor.kind], ...(actor.onBehalfOf === undefined ? {} : { onBehalfOf: actor.onBehalfOf }) },
      client,
      publicKey,
      whenAway: whenAway === 'baseline' ? 'Baseline' : 'Fail',
      lane: directPort === undefined ? 'Tunnel' : 'Direct',
      ...(lifetimeMs === undefined ? {} : { lifetimeSeconds: Math.ceil(lifetimeMs / 1_000) }),
    },
  };
}

const actorKinds: Readonly<Record<ActorKind, NonNullable<Intercept['spec']['actor']>['kind']>> = {
  person: 'Person',
  agent: 'Agent',
  ci: 'CI',
};

/** Groups that the object cannot hold are left out: they give no right, and take none. */
function toOwner({ user, groups }: Principal): Intercept['spec']['owner'] {
  const held = groups.filter(isHeldGroup).slice(0, cliLimits.ownerGroups.value);
  return held.length === 0 ? { user } : { user, groups: held };
}

/** As the resource's definition wants it: not empty, at most 512 characters, none of which a terminal acts on. */
function isHeldGroup(group: string): boolean {
  return group !== '' && group.length <= 512 && !/\p{Cc}/u.test(group);
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
    routed: { reason: toRoutedReason(object), since: toDate(status?.routedSince) },
  };
}

/** One of an object's conditions; undefined while the manager has not written it. */
export function findCondition(
  { status }: Intercept,
  type: InterceptConditionType,
): Condition<InterceptConditionType, InterceptReason> | undefined {
  return status?.conditions?.find((each) => each.type === type);
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
