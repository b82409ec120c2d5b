import { toInterceptId, toKeylessInterceptId, type InterceptId, type Match, type RoutingKey, type ServiceName } from '@switchyard/contract';
import { toMatchId } from './match-id.ts';

/** What an intercept is named by: one for each key of a port, and without a key one for each match. `port` is the port's name. */
export function toRouteId(
  service: ServiceName,
  port: string,
  { key, match }: { readonly key: RoutingKey | undefined; readonly match: Match },
): InterceptId {
  return key === undefined ? toKeylessInterceptId(service, port, toMatchId(match)) : toInterceptId(service, port, key);
}
