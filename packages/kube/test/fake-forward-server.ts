import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { KubeClient } from '../src/client.ts';

/** One port-forward at the API server's end. */
export interface FakeForward {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly socket: WebSocket;
  /** What came on the data channel. */
  readonly received: Buffer;
  readonly receivedBytes: number;
  /** The close code; undefined while it is open. */
  readonly closed: number | undefined;
  /** Calls back when the system has taken it. */
  send(channel: number, bytes: Buffer | string, sent?: () => void): void;
}

/** An API server that only forwards ports, as the kubelet does. */
export interface FakeForwardServer extends AsyncDisposable {
  readonly client: Pick<KubeClient, 'connection'>;
  readonly forwards: readonly FakeForward[];
  /** The next port-forwards are answered so; undefined: opened. */
  refuse(status: number | 'silent' | undefined, body?: string): void;
  /** What is done with each port-forward once its channels are open. */
  onForward(fn: (forward: FakeForward) => void): void;
  /** Announces other ports than asked for. */
  announce(port: number): void;
}

export async function openFakeForwardServer(): Promise<FakeForwardServer> {
  const forwards: FakeForward[] = [];
  const streams = new Set<Duplex>();
  let refusal: { readonly status: number | 'silent'; readonly body: string } | undefined;
  let announced: number | undefined;
  let handler: (forward: FakeForward) => void = () => {};
  const http = createServer();
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  http.on('connection', (socket) => void streams.add(socket));
  http.on('upgrade', (request, stream, head) => {
    if (refusal?.status === 'silent') return;
    if (refusal !== undefined) {
      const { status, body } = refusal;
      stream.end(`HTTP/1.1 ${status} No\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
      return;
    }
    webSockets.handleUpgrade(request, stream, head, (socket) => {
      const port = announced ?? Number(new URL(request.url ?? '', 'http://api').searchParams.get('ports'));
      const forward = createForward(request, socket, port);
      forwards.push(forward);
      handler(forward);
    });
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const server = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/prefix`);
  return {
    client: {
      connection: {
        server,
        context: 'fake',
        namespace: 'shop',
        toConnectOptions: async () => ({ headers: { authorization: 'Bearer one' }, agent: undefined as never }),
        [Symbol.dispose]: () => {},
      },
    },
    forwards,
    refuse(status, body = '') {
      refusal = status === undefined ? undefined : { status, body };
    },
    onForward: (fn) => void (handler = fn),
    announce: (port) => void (announced = port),
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
}

function createForward(request: IncomingMessage, socket: WebSocket, port: number): FakeForward {
  const chunks: Buffer[] = [];
  let closed: number | undefined;
  socket.on('error', () => {});
  socket.on('close', (code) => (closed = code));
  socket.on('message', (message: Buffer) => {
    if (message[0] === 0) chunks.push(message.subarray(1));
  });
  const forward: FakeForward = {
    url: request.url ?? '',
    headers: request.headers,
    socket,
    get received() {
      return Buffer.concat(chunks);
    },
    get receivedBytes() {
      return chunks.reduce((sum, { length }) => sum + length, 0);
    },
    get closed() {
      return closed;
    },
    send: (channel, bytes, sent = () => {}) => socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(bytes)]), sent),
  };
  const opening = Buffer.alloc(2);
  opening.writeUInt16LE(port);
  forward.send(0, opening);
  forward.send(1, opening);
  return forward;
}
