import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import httpProxy from 'http-proxy';
import { createProxyServer } from 'httpxy';
import type { OpenProxy, OriginPorts, OtherProxy } from './other-proxy.ts';

type Forward = (request: IncomingMessage, response: ServerResponse, target: string) => void;

/** `http-proxy` behind `node:http`. */
export const otherHttpProxy: OtherProxy = {
  name: 'http-proxy 1.18.1',
  open(origins) {
    const agent = new Agent({ keepAlive: true });
    const proxy = httpProxy.createProxyServer({ agent });
    proxy.on('error', (_error, _request, response) => response.destroy());
    return openServer(origins, agent, (request, response, target) => proxy.web(request, response, { target }));
  },
};

/** `httpxy` behind `node:http`. */
export const otherHttpxy: OtherProxy = {
  name: 'httpxy 0.5.6',
  open(origins) {
    const agent = new Agent({ keepAlive: true });
    const proxy = createProxyServer({ agent });
    return openServer(origins, agent, (request, response, target) => {
      proxy.web(request, response, { target }).catch(() => response.destroy());
    });
  },
};

async function openServer(origins: OriginPorts, agent: Agent, forward: Forward): Promise<OpenProxy> {
  const server = createServer((request, response) => {
    const key = request.headers['x-intercept-id'];
    const port = key === 'alice' || key === 'bob' ? origins[key] : origins.baseline;
    forward(request, response, `http://127.0.0.1:${port}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no TCP address.');
  return address.port;
}
