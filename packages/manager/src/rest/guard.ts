import { InterceptError } from '@switchyard/contract';
import { isLoopback } from '../config/loopback.ts';

/** What of a request says where its sender believes to be, and where it came from. */
export interface Provenance {
  /** Every `Host` line. */
  readonly hosts: readonly string[];
  /** Set by browsers. */
  readonly origin: string | undefined;
  /** The address of this machine that the request arrived at. */
  readonly localAddress: string;
}

/**
 * Throws `not_allowed` for what a browser may have been tricked into: a name that an attacker lets point here (DNS rebinding) or a page of
 * another site. Allowed are loopback names, the very address that was dialled, which no DNS can fake, and the configured names.
 */
export function refuseForeign({ hosts, origin, localAddress }: Provenance, names: readonly string[]): void {
  const [host = ''] = hosts;
  const name = toName(host);
  const known = name !== undefined && (isLoopback(name) || name === localAddress || names.includes(name));
  if (hosts.length !== 1 || !known) {
    throw new InterceptError('not_allowed', `This manager does not answer to the name ${JSON.stringify(host.slice(0, 256))}.`, {
      hint: 'Use its address, or let the manager know the name: api.hosts in manager.yaml.',
    });
  }
  if (origin !== undefined && URL.parse(origin)?.host !== host.toLowerCase()) {
    throw new InterceptError('not_allowed', `Pages of ${JSON.stringify(origin.slice(0, 256))} may not ask this manager.`, {
      hint: 'Ask from a program, or from a page of the same address.',
    });
  }
}

/** `HOST:PORT` without the port, in lower case; an IPv6 address without its brackets. */
function toName(host: string): string | undefined {
  const [, six, other] = /^(?:\[([\d.:a-f]+)\]|([^\s:@/\\[\]]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (six ?? other)?.toLowerCase();
}
