import { fileURLToPath } from 'node:url';
import { pickPort } from '../../process/free-port.ts';
import { liveKey, type Contender } from '../contender.ts';
import { readOwnVersion } from './own-version.ts';

const script = fileURLToPath(new URL('../under-test/router.ts', import.meta.url));

/** The data plane alone: one service, one intercept whose target is reached directly. */
export const switchyardRouter: Contender = {
  name: 'Switchyard router',
  version: readOwnVersion,
  open: async (bench) => {
    const port = await pickPort();
    const { baseline, developer } = bench.origins;
    const process = bench.startNode('switchyard-router', script, [port, baseline, developer, liveKey].map(String));
    await process.listening(port);
    return { port, processes: [process] };
  },
};
