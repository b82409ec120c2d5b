import type { SocketAddress } from './dial/dial-socket.ts';

/**
 * Picks an address for a client by rendezvous hashing: always the same one while it is there, whatever the order, in every process. When
 * one comes or goes, only the clients that it gets or had are moved. Undefined when there is none.
 *
 * @param clientAddress IP address of the client
 */
export function pickByClient<Address extends SocketAddress>(clientAddress: string, addresses: Iterable<Address>): Address | undefined {
  const seed = hashOf(clientAddress, offsetBasis);
  let best: Address | undefined;
  let bestName = '';
  let bestWeight = -1;
  for (const address of addresses) {
    const name = ` ${address.host} ${address.port}`;
    const weight = mix(hashOf(name, seed));
    if (weight < bestWeight || (weight === bestWeight && name <= bestName)) continue;
    best = address;
    bestName = name;
    bestWeight = weight;
  }
  return best;
}

const offsetBasis = 0x811c9dc5;

/** FNV-1a, going on from `hash`. */
function hashOf(text: string, hash: number): number {
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Spreads a hash over all of its 32 bits (the finish of MurmurHash3): FNV alone leaves neighbours close to each other. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
