import { createServer } from 'node:http';

/** Listens at PORT (else `port`) of HOST (else 127.0.0.1) until the process is told to stop; requests under way come to their end. */
export function serve(port, handler) {
  const { PORT = port, HOST = '127.0.0.1' } = process.env;
  const server = createServer(handler);
  server.listen(Number(PORT), HOST);
  // The first process of a container ends at SIGTERM only if it says so itself.
  process.once('SIGTERM', () => server.close());
}
