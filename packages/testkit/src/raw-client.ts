import { connect } from 'node:net';
import { once } from 'node:events';
import { parseStrictResponse, type StrictResponse } from './strict-response.ts';
import { createWaiter } from './waiter.ts';

/** How a connection ended, seen from the client: the peer's FIN, or an abort (RST or any other error). */
export type ConnectionEnd = 'end' | 'abort';

/** A TCP client that sends exactly the bytes it is given. Reads that wait fail after 5 s. */
export interface RawClient extends AsyncDisposable {
  /** Queues bytes (a string is latin1); see `flushed` for back-pressure. */
  send(bytes: Buffer | string): void;
  /** Sends each piece as a write of its own, letting the event loop turn in between, so that a reader sees the cuts. */
  sendPieces(pieces: Iterable<Buffer>): Promise<void>;
  /** Resolves when everything sent is with the system. */
  flushed(): Promise<void>;
  /** Bytes sent that the system has not taken yet. */
  readonly unsentBytes: number;
  /** Bytes that came and were not taken by a read yet. */
  readonly unread: Buffer;
  /** All bytes that ever came. */
  readonly receivedBytes: number;
  /** Takes everything up to and including `text` (latin1). */
  readUntil(text: string): Promise<Buffer>;
  /** Takes exactly `count` bytes. */
  readBytes(count: number): Promise<Buffer>;
  /** Takes one response, strictly parsed, to a request of `method` (default GET); interim responses are inside of it. */
  readResponse(method?: string): Promise<StrictResponse>;
  /** Takes what comes until the peer ends or aborts. */
  readAll(): Promise<Buffer>;
  /** Undefined while the peer's half is open. */
  readonly ended: ConnectionEnd | undefined;
  /** The connection was aborted, perhaps after the peer's orderly end. */
  readonly aborted: boolean;
  /** Resolves when the peer ended its half or aborted. */
  untilEnded(): Promise<ConnectionEnd>;
  /** Stops reading from the socket, so that the sender feels back-pressure. */
  pause(): void;
  resume(): void;
  /** Ends our half; reading goes on. */
  end(): void;
  /** Closes both halves at once. */
  destroy(): void;
  /** Aborts with a RST. */
  reset(): void;
}

/** Connects to `port` (of 127.0.0.1 unless `host` says otherwise). The caller disposes it, which destroys the socket. */
export async function openRawClient(port: number, options: { readonly host?: string } = {}): Promise<RawClient> {
  const socket = connect({ port, host: options.host ?? '127.0.0.1', allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  let unread = Buffer.alloc(0);
  let receivedBytes = 0;
  let ended: ConnectionEnd | undefined;
  let aborted = false;
  const waiter = createWaiter();
  for (const event of ['data', 'end', 'error', 'close', 'drain']) socket.on(event, () => waiter.wake());
  socket.prependListener('data', (bytes) => {
    receivedBytes += bytes.length;
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
  });
  socket.prependListener('end', () => (ended ??= 'end'));
  socket.prependListener('error', () => {
    ended = 'abort';
    aborted = true;
  });
  socket.prependListener('close', () => (ended ??= 'abort'));

  const take = (count: number): Buffer => {
    const taken = unread.subarray(0, count);
    unread = unread.subarray(count);
    return taken;
  };
  const say = (): string => `after ${JSON.stringify(unread.toString('latin1').slice(0, 300))}`;
  const untilCount = async (count: () => number, about: string): Promise<Buffer> => {
    await waiter.until(() => count() > 0 || ended !== undefined, about);
    const found = count();
    if (found <= 0) throw new Error(`the connection closed (${ended ?? 'open'}) ${say()} while waiting for ${about}`);
    return take(found);
  };

  return {
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    async sendPieces(pieces) {
      for (const piece of pieces) {
        if (socket.destroyed) return;
        socket.write(piece);
        await new Promise(setImmediate);
      }
    },
    async flushed() {
      await waiter.until(() => socket.writableLength === 0 || socket.destroyed, 'the socket to take all bytes');
    },
    get unsentBytes() {
      return socket.writableLength;
    },
    get unread() {
      return unread;
    },
    get receivedBytes() {
      return receivedBytes;
    },
    readUntil: (text) =>
      untilCount(() => {
        const at = unread.indexOf(text, 0, 'latin1');
        return at < 0 ? 0 : at + text.length;
      }, JSON.stringify(text)),
    readBytes: (count) => untilCount(() => (unread.length >= count ? count : 0), `${count} bytes`),
    async readResponse(method = 'GET') {
      let response = parseStrictResponse(unread, method, ended === 'end');
      while (response === undefined) {
        const before = receivedBytes;
        if (ended !== undefined) throw new Error(`the connection closed (${ended}) within a response ${say()}`);
        await waiter.until(() => receivedBytes > before || ended !== undefined, `the rest of a response ${say()}`);
        response = parseStrictResponse(unread, method, ended === 'end');
      }
      take(response.rawBytes);
      return response;
    },
    async readAll() {
      await waiter.until(() => ended, 'the end of the connection');
      return take(unread.length);
    },
    get ended() {
      return ended;
    },
    get aborted() {
      return aborted;
    },
    untilEnded: () => waiter.until(() => ended, 'the end of the connection'),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    async [Symbol.asyncDispose]() {
      if (socket.closed) return;
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
    },
  };
}
