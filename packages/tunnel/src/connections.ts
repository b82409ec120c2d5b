import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '@switchyard/contract';
import { createSeats, listen, toPlainAddress, type Seat, type Seats } from '@switchyard/runtime';
import { fixedTunnelLimits } from './limits.ts';
import { ReadTurn } from './read-turn.ts';

const stopMs = fixedTunnelLimits.stopMs.value;

/** The manager's listening socket and its connections. They are ours and not the gRPC library's, so that a dead one can be broken. */
export interface Connections {
  readonly port: number;
  /** The connection of `peer` (`ADDRESS:PORT`); undefined when it is gone. */
  find(peer: string): Connection | undefined;
  /** Stops listening, and breaks what has not ended within `stopMs`. */
  close(): Promise<void>;
}

/** One connection. It is broken when it has had no session for `proofMs`, or loses its seat among those without one. */
export class Connection {
  /** What its streams may do at once. */
  readonly turn: ReadTurn = new ReadTurn();
  /** Where it comes from: an IP address. */
  readonly remoteAddress: string;
  /** When it was accepted, on the clock's monotonic scale. */
  readonly openedMs: number;
  readonly #clock: Clock;
  readonly #proofMs: number;
  readonly #socket: Socket;
  readonly #strangers: Seats;
  #sessions = 0;
  /** Until when it may be without a session, and its seat meanwhile. */
  #wait: { readonly deadline: Timer; readonly seat: Seat };

  constructor(clock: Clock, { strangers, proofMs }: { readonly strangers: Seats; readonly proofMs: number }, socket: Socket) {
    this.#clock = clock;
    this.openedMs = clock.now();
    this.#strangers = strangers;
    this.#proofMs = proofMs;
    this.#socket = socket;
    this.remoteAddress = toPlainAddress(socket.remoteAddress);
    this.#wait = this.#expectSession();
    socket.on('close', () => this.#endWait());
  }

  /** A session, or a pipe of one, is on it. */
  addSession(): void {
    this.#sessions++;
    this.#endWait();
  }

  /** One of them is over. */
  removeSession(): void {
    if (--this.#sessions === 0 && !this.#socket.destroyed) this.#wait = this.#expectSession();
  }

  break(): void {
    this.#endWait();
    this.#socket.destroy();
  }

  #expectSession(): { readonly deadline: Timer; readonly seat: Seat } {
    const end = (): void => this.break();
    return { seat: this.#strangers.take(this.remoteAddress, end), deadline: this.#clock.after(this.#proofMs, end) };
  }

  #endWait(): void {
    this.#wait.deadline.cancel();
    this.#wait.seat.leave();
  }
}

/** Listens. Rejects with `port_in_use` or `bad_config`. */
export async function openConnections(
  clock: Clock,
  address: { readonly host: string; readonly port: number },
  options: { readonly strangers: number; readonly proofMs: number; onConnection(socket: Socket): void },
): Promise<Connections> {
  const connections = new Map<string, Connection>();
  const terms = { strangers: createSeats(options.strangers), proofMs: options.proofMs };
  const server = createServer({ noDelay: true }, (socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    connections.set(peer, new Connection(clock, terms, socket));
    socket.on('close', () => connections.delete(peer));
    socket.on('error', () => {});
    options.onConnection(socket);
  });
  const port = await listen(server, address, 'The manager');
  server.on('error', () => {});
  return {
    port,
    find: (peer) => connections.get(peer),
    async close() {
      const timer = clock.after(stopMs, () => breakAll(connections));
      await stopListening(server, timer);
    },
  };
}

function breakAll(connections: ReadonlyMap<string, Connection>): void {
  for (const connection of connections.values()) connection.break();
}

/** Resolves when the last connection is gone. */
function stopListening(server: Server, timer: Timer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      timer.cancel();
      resolve();
    });
  });
}
