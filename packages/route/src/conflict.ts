import type { Match, RoutingKey, ServiceName, Sharing } from '@switchyard/contract';
import { toMatchId } from './match/match-id.ts';

/** What somebody intercepts, or wants to. */
export interface RouteClaim extends Sharing {
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  readonly key: RoutingKey | undefined;
  readonly match: Match;
  readonly owner: string;
}

/** Why a claim cannot be granted: `rule`, a rule or an earlier claim, belongs to another owner. */
export type Conflict<Held extends RouteClaim> =
  /** It is the very route that was asked for: the same service and port, and the same key or, without one, the same match. */
  | { readonly t: 'route_taken'; readonly rule: Held }
  /**
   * It holds the same key: a key belongs to its first owner in the whole namespace. `offered`: who has it shares it, but the claim does not
   * join.
   */
  | { readonly t: 'key_taken'; readonly rule: Held; readonly offered: boolean };

/**
 * What stands against `claim`, the very route before others; undefined where nothing does. An owner is never in conflict with themselves.
 *
 * @param held oldest first: whose rule for a key is the oldest holds that key, and alone shares it
 */
export function findConflict<Held extends RouteClaim>(held: Iterable<Held>, claim: RouteClaim): Conflict<Held> | undefined {
  const isSameMatch = claim.key === undefined ? createSameMatch(claim.match) : undefined;
  let first: Held | undefined;
  let offered = false;
  for (const rule of held) {
    if (rule.key !== claim.key) continue;
    const isSamePort = rule.service === claim.service && rule.port === claim.port;
    if (rule.owner !== claim.owner && isSamePort && isSameMatch?.(rule.match) !== false) return { t: 'route_taken', rule };
    first ??= rule;
    offered ||= rule.owner === first.owner && sharesWith(rule, claim.owner);
  }
  if (claim.key === undefined || first === undefined || first.owner === claim.owner || (offered && claim.joins)) return undefined;
  return { t: 'key_taken', rule: first, offered };
}

/** What can be done about a conflict, for the person whose claim it stands against. */
export function adviseOnConflict(conflict: Conflict<RouteClaim>): string {
  const { key, owner } = conflict.rule;
  if (key === undefined) return `Match something else, or ask ${owner} to stop.`;
  if (conflict.t === 'route_taken') return `Use another key (--key), or ask ${owner} to stop.`;
  if (conflict.offered) return `${owner} shares it with you: say --join to take part, or use another key (--key).`;
  return `Use another key (--key), or ask ${owner} to share it with you (--share-with) and then say --join.`;
}

function sharesWith({ sharedWith }: Sharing, owner: string): boolean {
  return sharedWith.includes(owner) || sharedWith.includes('*');
}

function createSameMatch(match: Match): (other: Match) => boolean {
  const id = toMatchId(match);
  return (other) => toMatchId(other) === id;
}
