import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import { InterceptError, type ServiceInfo } from '@switchyard/contract';

/**
 * Refuses a local address where a manager on this machine itself takes a service's requests: they would come back to it without end.
 * Throws `bad_usage`.
 */
export function refuseLoop(local: LocalAddress, services: readonly ServiceInfo[], manager: URL): void {
  if (!isLoopback(manager.hostname) || !isLoopback(local.host)) return;
  const routed = services.find(({ ports }) => ports.some(({ listen }) => isReached(listen, local.port)));
  if (routed === undefined) return;
  throw new InterceptError(
    'bad_usage',
    `${formatLocalAddress(local)} is where the manager takes the requests for ${routed.name}, so that they would go round in a circle.`,
    { hint: 'Name the port of your own process instead.' },
  );
}

/** Whether somebody on this machine who dials `port` over loopback reaches `listen` (`HOST:PORT`). */
function isReached(listen: string, port: number): boolean {
  const end = listen.lastIndexOf(':');
  const host = listen.slice(0, end);
  return Number(listen.slice(end + 1)) === port && (isLoopback(host) || wildcards.has(host));
}

const wildcards: ReadonlySet<string> = new Set(['', '*', '0.0.0.0', '[::]', '::']);

/** To dial the wildcard address is to dial this machine too. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|\[?::\]?|0\.0\.0\.0)$/.test(host);
}
