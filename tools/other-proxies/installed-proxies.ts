import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenProxy, OriginPorts, OtherProxy } from '../../test/other-proxies/other-proxy.ts';
import { readInstalledVersion } from '../bench/contenders/installed-version.ts';
import { toNginxConfig } from '../bench/nginx-config.ts';
import { pickPort } from '../process/free-port.ts';
import { openProcessOwner } from '../process/process-owner.ts';

/** HAProxy and nginx, where they are installed. */
export function findInstalledProxies(): OtherProxy[] {
  const haproxy = readInstalledVersion('haproxy', '-v');
  const nginx = readInstalledVersion('nginx', '-v');
  return [
    ...(haproxy === undefined ? [] : [{ name: `HAProxy ${haproxy}`, open: openHaproxy }]),
    ...(nginx === undefined ? [] : [{ name: `nginx ${nginx}`, open: openNginx }]),
  ];
}

type Start = (folder: string, port: number) => { readonly command: string; readonly args: readonly string[] };

async function openProgram(start: Start): Promise<OpenProxy> {
  await using scope = new AsyncDisposableStack();
  const owner = scope.use(openProcessOwner('proxy', process.env));
  const port = await pickPort();
  const { command, args } = start(owner.folder, port);
  await owner.start(command, command, { args }).listening(port);
  const owned = scope.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function openHaproxy(origins: OriginPorts): Promise<OpenProxy> {
  return openProgram((folder, port) => {
    const file = join(folder, 'haproxy.cfg');
    const backends = Object.entries(origins).map(([side, origin]) => `backend ${side}\n  server only 127.0.0.1:${origin}\n`);
    writeFileSync(
      file,
      `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend callers
  bind 127.0.0.1:${port}
  use_backend alice if { req.hdr(x-intercept-id) -m str alice }
  use_backend bob if { req.hdr(x-intercept-id) -m str bob }
  default_backend baseline
${backends.join('')}`,
    );
    return { command: 'haproxy', args: ['-db', '-f', file] };
  });
}

function openNginx(origins: OriginPorts): Promise<OpenProxy> {
  return openProgram((owned, port) => {
    const folder = mkdtempSync(join(owned, 'nginx-'));
    const file = join(folder, 'nginx.conf');
    const upstreams = Object.entries(origins).map(([side, origin]) => `upstream ${side} { server 127.0.0.1:${origin}; keepalive 16; }`);
    writeFileSync(
      file,
      toNginxConfig(
        folder,
        `
  ${upstreams.join('\n  ')}
  map $http_x_intercept_id $side { default baseline; ~^alice$ alice; ~^bob$ bob; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_request_buffering off; proxy_pass http://$side; }
  }`,
      ),
    );
    return { command: 'nginx', args: ['-e', join(folder, 'error.log'), '-c', file] };
  });
}
