import {
  InterceptError,
  isLabel,
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  toKeylessInterceptId,
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
import { checkMatch, toMatchId } from '@switchyard/route';
import { refuseLongMatch } from '@switchyard/tunnel';

/** What an Intercept object asks for, checked. */
export interface Claim extends Sharing {
  /** The object's name. */
  readonly id: InterceptId;
  readonly uid: string;
  readonly service: ServiceName;
  readonly port: string;
  /** Undefined: `match` alone decides. */
  readonly key: RoutingKey | undefined;
  /** Empty where `mistake` says what is wrong with it. */
  readonly match: Match;
  /** Why the match is none, as one sentence. */
  readonly mistake: string | undefined;
  /** The user's name, as the API server knows it. */
  readonly owner: string;
  /** The owner's groups, or some of them; undefined where the object says nothing of them. */
  readonly groups: readonly string[] | undefined;
  /** The developer's machine, for people. */
  readonly client: string;
  readonly publicKey: string | undefined;
  readonly whenAway: WhenAway;
  readonly lane: 'Tunnel' | 'Direct';
  readonly lifetimeMs: number | undefined;
  /** How often its owner renewed it. */
  readonly renewals: number;
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
  const {
    service,
    port,
    key,
    owner,
    client,
    publicKey,
    whenAway,
    lane,
    lifetimeSeconds,
    renewals = 0,
    shareWith = [],
    join = false,
  } = object.spec;
  const createdAtMs = Date.parse(creationTimestamp);
  if (uid === undefined || Number.isNaN(createdAtMs) || ![service, port, key ?? 'none'].every(isLabel)) return undefined;
  const read = readMatch(object);
  const id = key === undefined ? toKeylessId(object) : toInterceptId(parseServiceName(service), port, parseRoutingKey(key));
  if (id !== name) return undefined;
  return {
    id,
    uid,
    service: parseServiceName(service),
    port,
    key: key === undefined ? undefined : parseRoutingKey(key),
    ...(key === undefined ? refuseOtherName(id, read) : read),
    sharedWith: shareWith,
    joins: join,
    owner: owner.user,
    groups: owner.groups,
    // Anybody may write anything there, and it comes to others' terminals.
    client: (client ?? 'unknown machine').replace(/\p{C}/gu, ' '),
    publicKey,
    whenAway: whenAway === 'Baseline' ? 'baseline' : 'fail',
    lane: lane ?? 'Tunnel',
    lifetimeMs: lifetimeSeconds !== undefined && lifetimeSeconds > 0 ? lifetimeSeconds * 1000 : undefined,
    renewals,
    createdAtMs,
    deleted: deletionTimestamp !== undefined,
    object,
  };
}

type ReadMatch = Pick<Claim, 'match' | 'mistake'>;

/** The name that an object without a key has if it has one of the right form: whether it is that of its match is for `refuseOtherName`. */
function toKeylessId({ metadata: { name }, spec: { service, port } }: InterceptObject): InterceptId | undefined {
  const hash = /\.match\.([0-9a-f]{16})$/.exec(name)?.[1];
  return hash === undefined ? undefined : toKeylessInterceptId(parseServiceName(service), port, hash);
}

/** Two objects with the same match have the same name, so that the API server keeps the second out. Under another name it would not. */
function refuseOtherName(id: InterceptId, { match, mistake }: ReadMatch): ReadMatch {
  if (mistake !== undefined) return { match, mistake };
  if (match.length === 0) return { match, mistake: 'Without a key and without a condition every request would be meant.' };
  const hash = toMatchId(match);
  if (id.endsWith(`.${hash}`)) return { match, mistake };
  return { match: [], mistake: `The name ${id} is that of another match: this one's ends with ${hash}.` };
}

/** The resource's definition cannot tell a regular expression from one that is none, nor how long it all is as a message. */
function readMatch({ spec }: InterceptObject): ReadMatch {
  const match = fromMatchObject(spec.match);
  if (match === undefined) return { match: [], mistake: 'The match has a condition that this manager does not know.' };
  try {
    const checked = checkMatch(match);
    refuseLongMatch(checked);
    return { match: checked, mistake: undefined };
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
