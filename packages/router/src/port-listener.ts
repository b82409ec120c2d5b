import { createServer, type Server, type Socket } from 'node:net';
import { InterceptError, type Pipe, type PortProtocol } from '@switchyard/contract';
import { listen, toPlainAddress } from '@switchyard/runtime';
import { adoptSocket } from './adopt-socket.ts';
import { ByAddress } from './by-address.ts';
import type { Client } from './client.ts';
import { dialBaseline } from './dial/dial-baseline.ts';
import { detect, detectHttp, settle } from './detect/detect.ts';
import { FirstBytesDetector, type FirstBytes } from './detect/first-bytes.ts';
import { Http1Connection } from './http1/connection.ts';
import type { PortContext } from './port-context.ts';
import { toConnectionEnds } from './source-address/connection-ends.ts';
import { TcpConnection } from './tcp-connection.ts';
import { turnAway } from './turn-away.ts';

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
  /** Did not get past, as keys could not be taken off them. */
  refused: number;
}

/** One listening port and its client connections. */
export class PortListener {
  /** What connections that are accepted from now on speak. */
  protocol: PortProtocol;
  readonly #context: PortContext;
  readonly #server: Server;
  readonly #connections: Set<Connection> = new Set();
  readonly #byAddress: ByAddress = new ByAddress();
  /** Clients without room that are told so. */
  readonly #turnedAway: Set<Pipe> = new Set();
  readonly #passed: Passed = { http2: 0, tcp: 0, refused: 0 };
  #port = 0;
  #closed: Promise<void> | undefined;
  #onEmpty: () => void = () => {};

  private constructor(context: PortContext, protocol: PortProtocol) {
    this.#context = context;
    this.protocol = protocol;
    const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, pauseOnConnect: true };
    this.#server = createServer(options, (socket) => this.#accept(socket));
  }

  /** Listens. Rejects with `port_in_use`, `bad_config` (an address that is not ours) or `internal`. */
  static async open(context: PortContext, protocol: PortProtocol, address: { host: string; port: number }): Promise<PortListener> {
    const listener = new PortListener(context, protocol);
    listener.#port = await listen(listener.#server, address, `The port ${context.port} of ${context.service}`);
    return listener;
  }

  /** The port number that is listened on. */
  get port(): number {
    return this.#port;
  }

  /** How many client connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Accepts nothing more, and no connection is left. */
  get isDrained(): boolean {
    return !this.#server.listening && this.#connections.size === 0;
  }

  /** What people should know about this port's traffic. */
  get notes(): string[] {
    const { http2, tcp, refused } = this.#passed;
    const notes: string[] = [];
    if (http2 > 0) notes.push(`HTTP/2 is not routed yet: ${countOf(http2)} went to the baseline as a whole.`);
    if (tcp > 0 && this.protocol !== 'tcp') {
      notes.push(`${countOf(tcp)} did not speak HTTP and went to the baseline as a whole.`);
    }
    if (refused > 0)
      notes.push(`This service is untrusted: ${countOf(refused)} that did not speak HTTP/1.1 ${refused === 1 ? 'was' : 'were'} closed.`);
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

  /** Ends everything at once. Resolves when no connection is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    const reason = 'The router stops serving this port.';
    for (const connection of this.#connections) connection.abort(reason);
    for (const pipe of this.#turnedAway) pipe.reset(new InterceptError('canceled', reason));
    await closed;
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #accept(accepted: Socket): void {
    const { counts, limits } = this.#context;
    const { socket, pipe } = adoptSocket(accepted, 'canceled');
    if (this.#connections.size >= limits.connections || !this.#byAddress.admit(socket, limits.connectionsPerAddress)) {
      counts.connections.over_limit++;
      this.#turnAway(socket, pipe);
      return;
    }
    const address = (): string => toPlainAddress(socket.remoteAddress);
    const client: Client = { pipe, address, dialBaseline: (signal) => dialBaseline(this.#context, toConnectionEnds(socket), signal) };
    if (this.protocol === 'tcp') {
      this.#openTcp(client, { detected: 'tcp', bytes: Buffer.alloc(0), baseline: undefined, greeting: undefined, clientEnded: false });
    } else this.#detect(client);
  }

  #turnAway(socket: Socket, pipe: Pipe): void {
    if (this.protocol === 'tcp' || this.#turnedAway.size >= this.#context.limits.turnedAway) {
      socket.destroy();
      return;
    }
    this.#turnedAway.add(pipe);
    socket.once('close', () => this.#turnedAway.delete(pipe));
    const error = new InterceptError('limit_reached', 'This port has no room for another connection.', { hint: 'Try again later.' });
    turnAway(pipe, this.#context, { error, detect: this.protocol === 'http' ? detectHttp : detect });
  }

  #detect(client: Client): void {
    const { clock, limits } = this.#context;
    // What is not understood cannot be stripped of its keys: on an untrusted port it does not pass.
    const isHttp = this.protocol === 'http' || this.#context.routing.table.untrusted;
    const detector = new FirstBytesDetector(client.pipe, this.#context, {
      detect: isHttp ? detectHttp : detect,
      settle: isHttp ? () => 'http1' : settle,
      silentMs: isHttp ? limits.idleMs : limits.detectMs,
      dialBaseline: client.dialBaseline,
      onFound: (found) => {
        this.#connections.delete(connection);
        this.#onFound(client, found);
      },
      onGone: () => this.#remove(connection),
    });
    const acceptedAt = clock.now();
    const connection: Connection = {
      sweep: (now) => {
        if (now - acceptedAt > limits.idleMs) detector.dispose(new InterceptError('canceled', 'The client sent nothing.'));
      },
      abort: (message) => detector.dispose(new InterceptError('canceled', message)),
      // A fresh connection has its first request on the way.
      finishIdle: () => {
        if (clock.now() - acceptedAt > limits.detectMs) detector.leave();
      },
    };
    this.#add(connection);
  }

  #onFound(client: Client, found: FirstBytes): void {
    this.#context.counts.openConnections--;
    if (found.detected === 'http1') this.#openHttp1(client, found);
    else if (this.#context.routing.table.untrusted && this.protocol !== 'tcp') this.#refuse(client, found);
    else this.#openTcp(client, found);
  }

  #refuse(client: Client, { baseline }: FirstBytes): void {
    this.#passed.refused++;
    this.#context.counts.connections.untrusted_refused++;
    const error = new InterceptError('protocol_violation', 'This port speaks HTTP/1.1 only.');
    client.pipe.reset(error);
    baseline?.reset(error);
  }

  #openHttp1(client: Client, found: FirstBytes): void {
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

  #openTcp(client: Client, found: FirstBytes): void {
    const isHttp2 = found.detected === 'http2';
    this.#passed[isHttp2 ? 'http2' : 'tcp']++;
    this.#context.counts.connections[isHttp2 ? 'http2_passed' : 'tcp_passed']++;
    const tcp = new TcpConnection(client.pipe, this.#context, client.dialBaseline, () => this.#remove(connection));
    const connection: Connection = { sweep: (now) => tcp.sweep(now), abort: (message) => tcp.abort(message), finishIdle: () => {} };
    this.#add(connection);
    tcp.start(found);
  }

  #add(connection: Connection): void {
    this.#connections.add(connection);
    this.#context.counts.openConnections++;
  }

  #remove(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#context.counts.openConnections--;
    if (this.#connections.size === 0) this.#onEmpty();
  }
}

function countOf(connections: number): string {
  return connections === 1 ? '1 connection' : `${connections} connections`;
}
