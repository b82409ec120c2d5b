import type { Contender } from '../contender.ts';
import { openNodeProxy } from './open-node-proxy.ts';
import { readOwnVersion } from './own-version.ts';

/** The data plane alone: one service, one intercept whose target is reached directly. */
export const switchyardRouter: Contender = {
  name: 'Switchyard router',
  version: readOwnVersion,
  open: async (bench) => openNodeProxy(bench, new URL('../under-test/router.ts', import.meta.url)),
};
