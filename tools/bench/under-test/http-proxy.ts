// Usage: node http-proxy.ts PORT BASELINE_PORT DEVELOPER_PORT KEY
import { Agent, createServer, ServerResponse } from 'node:http';
import httpProxy from 'http-proxy';

const [port, baselinePort, developerPort, key] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const proxy = httpProxy.createProxyServer({ agent });
proxy.on('error', (_error, _request, response) => {
  if (response instanceof ServerResponse && !response.headersSent) response.writeHead(502).end();
  else response.destroy();
});
const server = createServer((request, response) => {
  const side = request.headers['x-intercept-id'] === key ? developerPort : baselinePort;
  proxy.web(request, response, { target: `http://127.0.0.1:${side}` });
});
server.listen(Number(port), '127.0.0.1', 4096);
process.once('SIGTERM', () => process.exit(0));
