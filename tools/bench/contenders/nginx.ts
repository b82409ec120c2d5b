import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pickPort } from '../../process/free-port.ts';
import { liveKey, type Contender } from '../contender.ts';
import { toNginxConfig } from '../nginx-config.ts';
import { readInstalledVersion } from './installed-version.ts';

/** One worker, connections to the origins reused, routing by the same header. */
export const nginx: Contender = {
  name: 'nginx',
  debianPackage: 'nginx-light',
  version: () => readInstalledVersion('nginx', '-v'),
  open: async (bench) => {
    const port = await pickPort();
    const folder = mkdtempSync(join(bench.owner.folder, 'nginx-proxy-'));
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, toNginxConfig(folder, toProxyBlock(port, bench.origins)));
    const process = bench.startProxy('nginx', 'nginx', ['-e', join(folder, 'error.log'), '-c', file]);
    await process.listening(port);
    return { port, processes: [process] };
  },
};

function toProxyBlock(port: number, origins: { readonly baseline: number; readonly developer: number }): string {
  return `
  upstream baseline { server 127.0.0.1:${origins.baseline}; keepalive 256; keepalive_requests 100000000; }
  upstream developer { server 127.0.0.1:${origins.developer}; keepalive 256; keepalive_requests 100000000; }
  map $http_x_intercept_id $side { default baseline; ${liveKey} developer; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://$side; }
  }`;
}
