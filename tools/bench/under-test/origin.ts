// Usage: node origin.ts PORT BODY — answers every request with BODY; stands in where nginx is not installed.
import { createServer } from 'node:http';

const [port, body = ''] = process.argv.slice(2);
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }).end(body);
});
server.listen(Number(port), '127.0.0.1', 4096);
