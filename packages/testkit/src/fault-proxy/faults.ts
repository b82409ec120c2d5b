/** A direction of a connection: `up` from the client to the server, `down` back. */
export type Way = 'up' | 'down';

/** What a fault proxy does to the bytes of every connection. */
export interface Faults {
  /** How much later bytes arrive. Order and throughput stay. Default 0. */
  readonly delayMs?: number;
  /**
   * How many bytes are passed on at a time, given how many of this direction went before; each piece in a turn of the event loop of its
   * own, so that a receiver in the same process reads exactly them. Default: as they come.
   */
  readonly pieceBytes?: (sentBytes: number) => number;
  /** The directions that pass nothing on; what comes meanwhile waits, and the ends of connections too. Default none. */
  readonly stalled?: readonly Way[];
  /** Resets a connection when it has passed on so many bytes in a direction. Default never. */
  readonly cutAfterBytes?: Readonly<Partial<Record<Way, number>>>;
  /** Resets new connections at once. Default false. */
  readonly refusing?: boolean;
}

/** How a connection is ended: at once, or in order after the bytes that came. */
export type Cut = 'reset' | 'end';
