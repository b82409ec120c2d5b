import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pickPort } from '../../process/free-port.ts';
import { liveKey, type Contender } from '../contender.ts';

const script = fileURLToPath(new URL('../under-test/httpxy.ts', import.meta.url));

/** The maintained successor of http-proxy, with a keep-alive agent. */
export const httpxy: Contender = {
  name: 'httpxy',
  version: () => {
    const entry = fileURLToPath(import.meta.resolve('httpxy'));
    // Its package.json is not exported.
    const { version } = JSON.parse(readFileSync(entry.replace(/dist\/.*$/, 'package.json'), 'utf8')) as { readonly version: string };
    return version;
  },
  open: async (bench) => {
    const port = await pickPort();
    const { baseline, developer } = bench.origins;
    const process = bench.startNode('httpxy', script, [port, baseline, developer, liveKey].map(String));
    await process.listening(port);
    return { port, processes: [process] };
  },
};
