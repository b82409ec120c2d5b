import { openTunnelServer, type TunnelServer, type TunnelServerDeps, type TunnelServerOptions } from '@switchyard/tunnel';
import { toUrl, type ClusterConfig, type ManagerConfig } from '../config/manager-config.ts';
import type { FullApi } from './manager-api.ts';
import { createRestListener } from '../rest/rest-listener.ts';
import { readIdentity, watchIdentity } from '../tls/identity-files.ts';

/** The manager's port for agents and command lines. */
export interface ApiServer extends TunnelServer {
  /** Where it listens, as it is spoken to. */
  readonly url: string;
}

/**
 * Opens the tunnel and the API, over gRPC and over HTTP, at the configured address, with the configured certificate, which is renewed when
 * its files change. A server that lets agents prove a key also takes plaintext from its own machine: that is what a forward through the API
 * server of the cluster comes from. Rejects as `openTunnelServer` does, and with `bad_config` where a file cannot be read.
 */
export async function openApiServer(
  deps: TunnelServerDeps,
  { listen, tls, api: { hosts }, limits }: Pick<ManagerConfig | ClusterConfig, 'listen' | 'tls' | 'api' | 'limits'>,
  options: Omit<TunnelServerOptions, 'listen' | 'tls' | 'api' | 'onRequest' | 'limits'> & { readonly api: FullApi },
): Promise<ApiServer> {
  const files = tls === 'elsewhere' ? undefined : tls;
  const identity = files === undefined ? undefined : await readIdentity(files);
  const server = await openTunnelServer(deps, {
    ...options,
    onRequest: createRestListener({ ...deps, api: options.api, hosts }),
    listen,
    // What is under way waits no longer for its developer than what comes.
    limits: { resumeMs: limits.holdMs },
    tls: identity === undefined ? undefined : { identity, plaintextFromLoopback: options.proof === 'key' },
  });
  const watch = files === undefined || identity === undefined ? undefined : watchIdentity(deps, files, identity, server.renewIdentity);
  return {
    ...server,
    url: toUrl(listen.host, server.port, identity === undefined ? 'http' : 'https'),
    async [Symbol.asyncDispose]() {
      watch?.[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
