// Usage: node byte-relay.ts PORT BASELINE_PORT — sends bytes on without looking at them: what a relay by `pipe` costs.
import { connect, createServer } from 'node:net';

const [port, baselinePort] = process.argv.slice(2);
const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: Number(baselinePort), host: '127.0.0.1', noDelay: true });
  client.pipe(upstream).on('error', () => client.destroy());
  upstream.pipe(client).on('error', () => upstream.destroy());
});
server.listen(Number(port), '127.0.0.1', 4096);
process.once('SIGTERM', () => process.exit(0));
