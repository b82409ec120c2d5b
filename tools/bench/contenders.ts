import type { Contender } from './contender.ts';
import { byteRelay } from './contenders/byte-relay.ts';
import { haproxy } from './contenders/haproxy.ts';
import { httpProxy } from './contenders/http-proxy.ts';
import { httpxy } from './contenders/httpxy.ts';
import { nginx } from './contenders/nginx.ts';
import { sshRemoteForward } from './contenders/ssh-remote-forward.ts';
import { switchyardRouter } from './contenders/switchyard-router.ts';
import { switchyard, switchyardTls } from './contenders/switchyard.ts';

/** Everyone who can be measured, by name. */
export const contenders: ReadonlyMap<string, Contender> = new Map(
  [haproxy, nginx, httpProxy, httpxy, byteRelay, sshRemoteForward, switchyardRouter, switchyard, switchyardTls].map((contender) => [
    contender.name,
    contender,
  ]),
);
