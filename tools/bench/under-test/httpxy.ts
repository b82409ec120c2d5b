// Usage: node httpxy.ts PORT BASELINE_PORT DEVELOPER_PORT KEY
import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'httpxy';

const [port, baselinePort, developerPort, key] = process.argv.slice(2);
const proxy = createProxyServer({ agent: new Agent({ keepAlive: true, maxSockets: 256 }) });
const server = createServer((request, response) => {
  const side = request.headers['x-intercept-id'] === key ? developerPort : baselinePort;
  proxy.web(request, response, { target: `http://127.0.0.1:${side}` }).catch(() => response.destroy());
});
server.listen(Number(port), '127.0.0.1', 4096);
process.once('SIGTERM', () => process.exit(0));
