import { isIPv6 } from 'node:net';
import type { Field, HeadEdit } from '@switchyard/http1';
import { isForwarded } from './forwarded-syntax.ts';

/** The field that says for whom a request is forwarded (RFC 7239). */
export const forwardedHeader = 'forwarded';

/**
 * The edits that tell a request's target who its client is: a line of its own behind all that the client said, so that the last element is
 * the router's and nobody else's. What the client said itself stays, but for what is none (RFC 7239 section 4: an open quotation mark would
 * swallow ours where lines are joined), and but for all of it where clients are `untrusted`.
 *
 * @param fields the lines of the head that were collected
 * @param clientAddress an IP address; empty where the client is gone
 */
export function planForwarded(fields: readonly Field[], clientAddress: string, untrusted: boolean): HeadEdit[] {
  const dropped = fields.filter(({ name, value }) => name === forwardedHeader && (untrusted || !isForwarded(value)));
  return [
    ...dropped.map(({ line }): HeadEdit => ({ t: 'drop', line })),
    { t: 'add', name: 'Forwarded', value: `for=${toNode(clientAddress)}` },
  ];
}

/** RFC 7239 section 6: an IPv6 address stands in brackets, and these in quotation marks. */
function toNode(address: string): string {
  if (address === '') return 'unknown';
  // What a zone index says means something on this machine only, and has no place in the grammar.
  return isIPv6(address) ? `"[${address.replace(/%.*$/, '')}]"` : address;
}
