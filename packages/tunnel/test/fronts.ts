import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** Something between an agent and a manager. */
export interface Front extends AsyncDisposable {
  readonly port: number;
  /** What it was asked for: `METHOD TARGET`, for a CONNECT with the credentials. */
  readonly asked: readonly string[];
}

async function open(server: Server, asked: readonly string[]): Promise<Front> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function join(near: Socket, far: Socket): void {
  near.pipe(far).pipe(near);
  near.on('error', () => {}).on('close', () => far.destroy());
  far.on('error', () => {}).on('close', () => near.destroy());
}

/** A reverse proxy before port `to` that knows HTTP/1.1 alone. */
export function openHttp1Front(to: number): Promise<Front> {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { method, url: path, headers } = incoming;
    const further = request({ host: '127.0.0.1', port: to, method, path, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    further.on('error', () => outgoing.destroy());
    incoming.pipe(further);
  });
  server.on('upgrade', (incoming, near: Socket) => {
    asked.push(`UPGRADE ${incoming.url}`);
    const far = connect(to, '127.0.0.1', () => {
      const fields = incoming.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
      far.write(`GET ${incoming.url} HTTP/1.1\r\n${fields}\r\n`);
      join(near, far);
    });
    far.on('error', () => near.destroy());
  });
  return open(server, asked);
}

/** A forward proxy: `password` undefined asks for none. Whatever host it is asked for is this machine. */
export function openConnectProxy(password?: string): Promise<Front> {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (incoming, near: Socket) => {
    const authorization = incoming.headers['proxy-authorization'] ?? '';
    const credentials = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    asked.push(`CONNECT ${incoming.url} ${credentials}`.trim());
    near.on('error', () => {});
    if (password !== undefined && credentials !== `alice:${password}`) {
      near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const far = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      join(near, far);
    });
    far.on('error', () => near.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  return open(server, asked);
}
