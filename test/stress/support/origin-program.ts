/**
 * An HTTP server as a process of its own: `node origin-program.ts PORT NAME`. `/bytes/N` is answered with N bytes, everything else with its
 * name.
 */
import { createServer } from 'node:http';

const [port, name = ''] = process.argv.slice(2);
const piece = Buffer.alloc(256 * 1024, name);

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const length = Number(/^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
  response.writeHead(200, { 'x-origin': name, 'content-length': length });
  let left = length;
  const go = (): void => {
    while (left > 0) {
      const next = piece.subarray(0, Math.min(left, piece.length));
      left -= next.length;
      if (!response.write(next)) return;
    }
    response.end();
  };
  response.on('drain', go);
  go();
});
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 8_192 }, () => process.stdout.write('listening\n'));
