import { createRequire } from 'node:module';
import type { Contender } from '../contender.ts';
import { openNodeProxy } from './open-node-proxy.ts';

/** The proxy library of Node.js that is used most, with a keep-alive agent. Only measured: see docs/decisions/001. */
export const httpProxy: Contender = {
  name: 'http-proxy',
  version: () => {
    const manifest: unknown = createRequire(import.meta.url)('http-proxy/package.json');
    return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : undefined;
  },
  open: async (bench) => openNodeProxy(bench, new URL('../under-test/http-proxy.ts', import.meta.url)),
};
