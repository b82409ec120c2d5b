import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Contender } from '../contender.ts';
import { openNodeProxy } from './open-node-proxy.ts';

/** The maintained successor of http-proxy, with a keep-alive agent. */
export const httpxy: Contender = {
  name: 'httpxy',
  version: () => {
    const entry = fileURLToPath(import.meta.resolve('httpxy'));
    // Its package.json is not exported.
    const { version } = JSON.parse(readFileSync(entry.replace(/dist\/.*$/, 'package.json'), 'utf8')) as { readonly version: string };
    return version;
  },
  open: async (bench) => openNodeProxy(bench, new URL('../under-test/httpxy.ts', import.meta.url)),
};
