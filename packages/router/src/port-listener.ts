import { createServer, type Server, type Socket } from 'node:net';
import { InterceptError, type PortProtocol } from '@switchyard/contract';
import { listen } from '@switchyard/runtime';
import { detect, detectHttp } from './detect/detect.ts';
import { FirstBytesDetector, type FirstBytes } from './detect/first-bytes.ts';
import { Http1Connection } from './http1/connection.ts';
import type { PortContext } from './port-context.ts';
import { SocketPipe } from './socket-pipe.ts';
import { TcpConnection } from './tcp-connection.ts';

/** What the listener can do with each of its connections. */
interface Connection {
  sweep(now: number): void;
  abort(message: string): void;
  /** Ends the connection when nothing is outstanding on it. */
  finishIdle(): void;
}

/** How many connections went past the routing decision, by what they spoke. */
interface Passed {
  http2: number;
  tcp: number;
}

/** One listening port and its client connections. */
export class PortListener {
  readonly #context: PortContext;
  readonly #protocol: PortProtocol;
  readonly #server: Server;
  readonly #connections: Set<Connection> = new Set();
  readonly #passed: Passed = { http2: 0, tcp: 0 };

  private constructor(context: PortContext, protocol: PortProtocol) {
    this.#context = context;
    this.#protocol = protocol;
    const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
    this.#server = createServer(options, (socket) => this.#accept(socket));
  }

  /** Listens. Rejects with `port_in_use`, `bad_config` (an address that is not ours) or `internal`. */
  static async open(context: PortContext, protocol: PortProtocol, address: { host: string; port: number }): Promise<PortListener> {
    const listener = new PortListener(context, protocol);
    await listen(listener.#server, address, `The port ${context.port} of ${context.service}`);
    return listener;
  }

  /** The port that is listened on. */
  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Accepts nothing more, and no connection is left. */
  get isDrained(): boolean {
    return !this.#server.listening && this.#connections.size === 0;
  }

  /** What people should know about this port's traffic. */
  get notes(): string[] {
    const { http2, tcp } = this.#passed;
    const notes: string[] = [];
    if (http2 > 0) notes.push(`HTTP/2 is not routed yet: ${http2} connection${http2 === 1 ? '' : 's'} went to the baseline as a whole.`);
    if (tcp > 0 && this.#protocol !== 'tcp') {
      notes.push(`${tcp} connection${tcp === 1 ? '' : 's'} did not speak HTTP and went to the baseline as a whole.`);
    }
    return notes;
  }

  sweep(now: number): void {
    for (const connection of this.#connections) connection.sweep(now);
  }

  /** Takes no new connections; those that are open go on. */
  stopAccepting(): void {
    this.#server.close();
  }

  finishIdle(): void {
    for (const connection of this.#connections) connection.finishIdle();
  }

  /** Ends everything at once. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#server.listening) this.#server.close(() => resolve());
      else resolve();
    });
    for (const connection of this.#connections) connection.abort('The router is stopping.');
    await closed;
  }

  #accept(socket: Socket): void {
    const { counts, limits } = this.#context;
    if (this.#connections.size >= limits.connections) {
      counts.connections.over_limit++;
      socket.destroy();
      return;
    }
    const client = new SocketPipe(socket, 'canceled');
    if (this.#protocol === 'tcp') {
      this.#openTcp(client, { detected: 'tcp', bytes: Buffer.alloc(0), baseline: undefined, greeting: undefined, clientEnded: false });
    } else this.#detect(client);
  }

  #detect(client: SocketPipe): void {
    const { limits } = this.#context;
    const isHttp = this.#protocol === 'http';
    const detector = new FirstBytesDetector(client, this.#context, {
      detect: isHttp ? detectHttp : detect,
      silentMs: isHttp ? limits.idleMs : limits.detectMs,
      onFound: (found) => {
        this.#connections.delete(connection);
        this.#onFound(client, found);
      },
      onGone: () => this.#remove(connection),
    });
    const idleAt = this.#context.coarseNow + limits.idleMs;
    const connection: Connection = {
      sweep: (now) => {
        if (now > idleAt) detector.dispose(new InterceptError('canceled', 'The client sent nothing.'));
      },
      abort: (message) => detector.dispose(new InterceptError('canceled', message)),
      finishIdle: () => detector.dispose(new InterceptError('draining', 'The router is stopping.')),
    };
    this.#add(connection);
  }

  #onFound(client: SocketPipe, found: FirstBytes): void {
    this.#context.counts.openConnections--;
    if (found.detected === 'http1') this.#openHttp1(client, found);
    else this.#openTcp(client, found);
  }

  #openHttp1(client: SocketPipe, found: FirstBytes): void {
    const http1 = new Http1Connection(client, this.#context, () => this.#remove(connection));
    const connection: Connection = {
      sweep: (now) => http1.sweep(now),
      abort: (message) => http1.abort(message),
      finishIdle: () => {
        if (http1.isIdle) http1.finish();
      },
    };
    this.#context.counts.connections.http1++;
    this.#add(connection);
    http1.start(found.bytes, found.baseline, found.clientEnded);
  }

  #openTcp(client: SocketPipe, found: FirstBytes): void {
    const isHttp2 = found.detected === 'http2';
    this.#passed[isHttp2 ? 'http2' : 'tcp']++;
    this.#context.counts.connections[isHttp2 ? 'http2_passed' : 'tcp_passed']++;
    const tcp = new TcpConnection(client, this.#context, () => this.#remove(connection));
    const connection: Connection = { sweep: (now) => tcp.sweep(now), abort: (message) => tcp.abort(message), finishIdle: () => {} };
    this.#add(connection);
    tcp.start(found);
  }

  #add(connection: Connection): void {
    this.#connections.add(connection);
    this.#context.counts.openConnections++;
  }

  #remove(connection: Connection): void {
    if (this.#connections.delete(connection)) this.#context.counts.openConnections--;
  }
}
