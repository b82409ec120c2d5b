import { fileURLToPath } from 'node:url';
import { pickPort } from '../../process/free-port.ts';
import type { Contender } from '../contender.ts';

const script = fileURLToPath(new URL('../under-test/byte-relay.ts', import.meta.url));

/** No proxy but what Node.js itself offers for relaying: two sockets and `pipe`, no framing, no decision. */
export const byteRelay: Contender = {
  name: 'Node.js sockets',
  version: () => process.versions.node,
  open: async (bench) => {
    const port = await pickPort();
    const process = bench.startNode('byte-relay', script, [port, bench.origins.baseline].map(String));
    await process.listening(port);
    return { port, processes: [process] };
  },
};
