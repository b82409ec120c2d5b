import type { RoutingKey, ServiceName } from '@switchyard/contract';

/** What somebody wants to intercept. */
export interface RouteClaim {
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  readonly key: RoutingKey;
  readonly owner: string;
}

/** Why a claim cannot be granted: `rule`, a rule or an earlier claim, belongs to another owner. */
export type Conflict<Held extends RouteClaim> =
  /** It is the very route that was asked for. */
  | { readonly t: 'route_taken'; readonly rule: Held }
  /** It holds the same key on another port: a key belongs to its first owner in the whole namespace. */
  | { readonly t: 'key_taken'; readonly rule: Held };

/** The rule of another owner that stands against `claim`, the very route before others; undefined where there is none. */
export function findConflict<Held extends RouteClaim>(rules: Iterable<Held>, claim: RouteClaim): Conflict<Held> | undefined {
  let keyTaken: Conflict<Held> | undefined;
  for (const rule of rules) {
    if (rule.key !== claim.key || rule.owner === claim.owner) continue;
    if (rule.service === claim.service && rule.port === claim.port) return { t: 'route_taken', rule };
    keyTaken ??= { t: 'key_taken', rule };
  }
  return keyTaken;
}
