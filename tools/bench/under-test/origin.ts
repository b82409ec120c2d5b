// Usage: node origin.ts PORT SIDE — stands in for nginx where that is not installed, and for a developer's process. PORT `-`: that of the environment.
// `/bytes/N` is answered with N bytes, everything else with who answers.
import { createServer } from 'node:http';

const [port = '', side = ''] = process.argv.slice(2);
const server = createServer((request, response) => {
  const bytes = /^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1];
  const body = bytes === undefined ? Buffer.from(side) : Buffer.alloc(Number(bytes), '-');
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length }).end(body);
});
server.listen(Number(port === '-' ? process.env['PORT'] : port), '127.0.0.1', 4096);
