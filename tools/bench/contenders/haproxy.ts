import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pickPort } from '../../process/free-port.ts';
import { liveKey, type Contender } from '../contender.ts';
import { readInstalledVersion } from './installed-version.ts';

/** One thread, connections to the origins reused, routing by the same header. */
export const haproxy: Contender = {
  name: 'HAProxy',
  debianPackage: 'haproxy',
  version: () => readInstalledVersion('haproxy', '-v'),
  open: async (bench) => {
    const port = await pickPort();
    const file = join(bench.owner.folder, 'haproxy.cfg');
    writeFileSync(file, toConfig(port, bench.origins));
    const process = bench.startProxy('haproxy', 'haproxy', ['-db', '-f', file]);
    await process.listening(port);
    return { port, processes: [process] };
  },
};

function toConfig(port: number, origins: { readonly baseline: number; readonly developer: number }): string {
  return `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend callers
  bind 127.0.0.1:${port}
  use_backend developer if { req.hdr(x-intercept-id) -m str ${liveKey} }
  default_backend baseline
backend baseline
  server only 127.0.0.1:${origins.baseline}
backend developer
  server only 127.0.0.1:${origins.developer}
`;
}
