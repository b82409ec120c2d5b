import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { pickPort } from '../../process/free-port.ts';
import { liveKey, type Contender } from '../contender.ts';

const script = fileURLToPath(new URL('../under-test/http-proxy.ts', import.meta.url));

/** The proxy library of Node.js that is used most, with a keep-alive agent. Only measured: see docs/decisions/001. */
export const httpProxy: Contender = {
  name: 'http-proxy',
  version: () => {
    const manifest: unknown = createRequire(import.meta.url)('http-proxy/package.json');
    return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : undefined;
  },
  open: async (bench) => {
    const port = await pickPort();
    const { baseline, developer } = bench.origins;
    const process = bench.startNode('http-proxy', script, [port, baseline, developer, liveKey].map(String));
    await process.listening(port);
    return { port, processes: [process] };
  },
};
