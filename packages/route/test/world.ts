import { parseRoutingKey, parseServiceName, toInterceptId, toKeylessInterceptId, type Match, type SessionId } from '@switchyard/contract';
import { checkMatch, createSnapshot, toMatchId, type RouteOptions, type Rule, type Snapshot } from '../src/index.ts';

/** A rule; its owner has the name of the key unless said otherwise. */
export function createRule(service: string, key: string, changes: Partial<Omit<Rule, 'id' | 'service' | 'key'>> = {}): Rule {
  const [serviceName, routingKey, port] = [parseServiceName(service), parseRoutingKey(key), changes.port ?? 'http'];
  const id = toInterceptId(serviceName, port, routingKey);
  const target = { t: 'tunnel', session: 'session-1' as SessionId, intercept: id } as const;
  return { id, service: serviceName, key: routingKey, port, match: [], owner: key, createdAt: 0, whenAway: 'fail', target, ...changes };
}

/** A rule without a key; its id is as intercepts have it. */
export function createKeylessRule(
  service: string,
  owner: string,
  match: Match,
  changes: Partial<Omit<Rule, 'id' | 'match' | 'owner'>> = {},
): Rule {
  const [serviceName, port, checked] = [parseServiceName(service), changes.port ?? 'http', checkMatch(match)];
  const id = toKeylessInterceptId(serviceName, port, toMatchId(checked));
  return {
    ...createRule(service, 'unused'),
    target: { t: 'tunnel', session: 'session-1' as SessionId, intercept: id },
    ...changes,
    id,
    key: undefined,
    match: checked,
    owner,
  };
}

/**
 * The world of the vectors: alice and bob intercept `orders`, carol intercepts `payments`.
 * People enter with a browser at `web`; `edge` is what the outside world reaches.
 */
export function createWorld(options: RouteOptions = {}): Snapshot {
  return createSnapshot([createRule('orders', 'alice'), createRule('orders', 'bob'), createRule('payments', 'carol')], {
    entryServices: new Set([parseServiceName('web')]),
    untrustedServices: new Set([parseServiceName('edge')]),
    ...options,
  });
}
