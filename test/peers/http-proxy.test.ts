// Why http-proxy carries no traffic of ours: docs/decisions/001-http-proxy-carries-no-traffic.md.
import { once } from 'node:events';
import { Agent, createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import httpProxy from 'http-proxy';
import { expect, test } from 'vitest';

const smuggled = 'GET /as-bob HTTP/1.1\r\nHost: orders\r\nx-intercept-id: bob\r\nContent-Length: 0\r\n\r\n';

test('http-proxy 1.18.1 forwards one chunked DELETE as two requests', async () => {
  const seen: string[] = [];
  const second = Promise.withResolvers<void>();
  await using origin = await openServer(
    createServer((request, response) => {
      seen.push(`${request.method} ${request.url} by ${String(request.headers['x-intercept-id'])}`);
      response.end('ok');
      if (seen.length === 2) second.resolve();
    }),
  );
  await using front = await openProxy(origin.port);

  const client = connect(front.port, '127.0.0.1');
  client.write('DELETE /cart HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\nTransfer-Encoding: chunked\r\n\r\n');
  client.write(`${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`);
  await second.promise;
  client.destroy();

  // The client sent one request, with alice's key. What its body says was routed by nobody.
  expect(seen).toEqual(['DELETE /cart by alice', 'GET /as-bob by bob']);
});

interface OpenServer extends AsyncDisposable {
  readonly port: number;
}

async function openServer(server: Server): Promise<OpenServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no TCP address.');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function openProxy(originPort: number): Promise<OpenServer> {
  const agent = new Agent({ keepAlive: true });
  const proxy = httpProxy.createProxyServer({ agent, target: `http://127.0.0.1:${originPort}` });
  proxy.on('error', (_error, _request, response) => response.destroy());
  const front = await openServer(createServer((request, response) => proxy.web(request, response)));
  return {
    port: front.port,
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await front[Symbol.asyncDispose]();
    },
  };
}
