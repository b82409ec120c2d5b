import {
  InterceptError,
  isLabel,
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  type InterceptId,
  type Match,
  type RoutingKey,
  type ServiceName,
  type Sharing,
  type WhenAway,
} from '@switchyard/contract';
import {
  fromMatchObject,
  type Condition,
  type Intercept as InterceptObject,
  type InterceptConditionType,
  type InterceptReason,
} from '@switchyard/kube';
import { checkMatch } from '@switchyard/route';

/** What an Intercept object asks for, checked. */
export interface Claim extends Sharing {
  /** The object's name. */
  readonly id: InterceptId;
  readonly uid: string;
  readonly service: ServiceName;
  readonly port: string;
  readonly key: RoutingKey;
  /** Empty where `mistake` says what is wrong with it. */
  readonly match: Match;
  /** Why the match is none, as one sentence. */
  readonly mistake: string | undefined;
  /** The user's name, as the API server knows it. */
  readonly owner: string;
  /** The developer's machine, for people. */
  readonly client: string;
  readonly publicKey: string | undefined;
  readonly whenAway: WhenAway;
  readonly lane: 'Tunnel' | 'Direct';
  readonly lifetimeMs: number | undefined;
  readonly createdAtMs: number;
  /** Somebody deleted it; what keeps it in the API is none of our business. */
  readonly deleted: boolean;
  readonly object: InterceptObject;
}

/** A condition of an Intercept object. */
export type InterceptCondition = Condition<InterceptConditionType, InterceptReason>;

/** What `object` asks for; undefined where it breaks what the resource's definition demands, and so can stand for nothing. */
export function readClaim(object: InterceptObject): Claim | undefined {
  const { name, uid, creationTimestamp = '', deletionTimestamp } = object.metadata;
  const { service, port, key, owner, client, publicKey, whenAway, lane, lifetimeSeconds, shareWith = [], join = false } = object.spec;
  const createdAtMs = Date.parse(creationTimestamp);
  if (key === undefined || uid === undefined || Number.isNaN(createdAtMs) || ![service, port, key].every(isLabel)) return undefined;
  const id = toInterceptId(parseServiceName(service), port, parseRoutingKey(key));
  if (id !== name) return undefined;
  return {
    id,
    uid,
    service: parseServiceName(service),
    port,
    key: parseRoutingKey(key),
    ...readMatch(object),
    sharedWith: shareWith,
    joins: join,
    owner: owner.user,
    // Anybody may write anything there, and it comes to others' terminals.
    client: (client ?? 'unknown machine').replace(/\p{C}/gu, ' '),
    publicKey,
    whenAway: whenAway === 'Baseline' ? 'baseline' : 'fail',
    lane: lane ?? 'Tunnel',
    lifetimeMs: lifetimeSeconds !== undefined && lifetimeSeconds > 0 ? lifetimeSeconds * 1000 : undefined,
    createdAtMs,
    deleted: deletionTimestamp !== undefined,
    object,
  };
}

/** The resource's definition cannot tell a regular expression from one that is none. */
function readMatch({ spec }: InterceptObject): Pick<Claim, 'match' | 'mistake'> {
  const match = fromMatchObject(spec.match);
  if (match === undefined) return { match: [], mistake: 'The match has a condition that this manager does not know.' };
  try {
    return { match: checkMatch(match), mistake: undefined };
  } catch (reason) {
    return { match: [], mistake: InterceptError.from(reason).message };
  }
}

/** The condition of `type` that the object has now. */
export function findCondition({ object }: Pick<Claim, 'object'>, type: InterceptConditionType): InterceptCondition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/** Oldest first; of the same second, by name: the order in which claims win over others. */
export function byAge(left: Claim, right: Claim): number {
  return left.createdAtMs - right.createdAtMs || (left.id < right.id ? -1 : 1);
}
