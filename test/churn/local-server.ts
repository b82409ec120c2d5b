import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A developer's own service. */
export interface LocalServer extends AsyncDisposable {
  readonly port: number;
}

/** Starts a service that says who it is: the life with that number. */
export async function openLocalServer(service: string, life: number): Promise<LocalServer> {
  const body = JSON.stringify({ version: 'agent', service, life });
  const server = createServer((_request, response) => void response.end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
