import type { Contender } from '../contender.ts';
import { openNodeProxy } from './open-node-proxy.ts';

/** No proxy but what Node.js itself offers for relaying: two sockets and `pipe`, no framing, no decision. */
export const byteRelay: Contender = {
  name: 'Node.js sockets',
  version: () => process.versions.node,
  open: async (bench) => openNodeProxy(bench, new URL('../under-test/byte-relay.ts', import.meta.url)),
};
