import { createHash } from 'node:crypto';
import type { Endpoint } from './endpoints.ts';

/**
 * The endpoint that the client always gets: the one whose hash with the client's address is highest. When endpoints come or go, only the
 * clients of those move, and every router picks the same one. Undefined where there is no endpoint.
 */
export function pickByClient(endpoints: readonly Endpoint[], client: string): Endpoint | undefined {
  const scored = endpoints.map((endpoint) => ({ endpoint, score: scoreOf(client, endpoint) }));
  return scored.reduce<(typeof scored)[number] | undefined>((best, next) => (best && best.score >= next.score ? best : next), undefined)
    ?.endpoint;
}

function scoreOf(client: string, { host, port }: Endpoint): number {
  return createHash('sha256').update(`${client}\n${host}\n${port}`).digest().readUIntBE(0, 6);
}
