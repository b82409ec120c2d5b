import { InterceptError } from '@switchyard/contract';
import type { RawData, WebSocket } from 'ws';
import { grpcStatus } from '../grpc/grpc-status.ts';
import { fixedTunnelLimits } from '../limits.ts';
import type { MessageStream, StreamClose, StreamHandler } from '../message-stream.ts';

/** The subprotocol (RFC 6455 section 1.9): one message of the tunnel's protocol per binary message. */
export const subprotocol = 'switchyard.tunnel.v1';

/** What both ends ask of a WebSocket. The types of the library do not know all of it yet. */
export const webSocketOptions: {
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly perMessageDeflate: false;
  readonly closeTimeout: number;
} = {
  maxPayload: fixedTunnelLimits.messageBytes.value,
  // A piece costs far more memory than its bytes.
  maxFragments: fixedTunnelLimits.webSocketFragments.value,
  maxBufferedChunks: fixedTunnelLimits.webSocketChunks.value,
  perMessageDeflate: false,
  closeTimeout: fixedTunnelLimits.webSocketCloseMs.value,
};

const highBytes = fixedTunnelLimits.webSocketHighBytes.value;

/** Bytes that no message begins with. */
const noMessage: Buffer = Buffer.from([0xff]);

type State =
  /** What is sent waits for the connection. */
  | { readonly t: 'connecting'; readonly queue: Buffer[]; finished: boolean }
  | { readonly t: 'open'; readonly socket: WebSocket }
  | { readonly t: 'closed' };

/** One stream of the protocol on a WebSocket of its own, alike at both ends. */
export interface WebSocketStream extends MessageStream {
  /** The WebSocket is open. `onHandled` is called after each message. */
  attach(socket: WebSocket, onHandled?: () => void): void;
  /** There will be none, and why. */
  fail(reason: unknown): void;
}

/** A stream whose WebSocket is not open yet. `cancelConnecting` is called where nobody waits for it any more; `fail` has to follow. */
export function createWebSocketStream(handler: StreamHandler, cancelConnecting?: () => void): WebSocketStream {
  let state: State = { t: 'connecting', queue: [], finished: false };
  let waiting = 0;
  let full = false;
  const close = (end: StreamClose): void => {
    if (state.t === 'closed') return;
    state = { t: 'closed' };
    handler.onClose(end);
  };
  const onSent = (): void => {
    waiting--;
    if (!full || state.t !== 'open' || state.socket.bufferedAmount > highBytes / 2) return;
    full = false;
    handler.onDrain();
  };
  const send = (begin: Buffer, rest?: Buffer): boolean => {
    const message = rest === undefined ? begin : Buffer.concat([begin, rest]);
    if (state.t === 'connecting') state.queue.push(message);
    if (state.t !== 'open') return true;
    waiting++;
    state.socket.send(message, { binary: true }, onSent);
    full ||= state.socket.bufferedAmount > highBytes;
    return !full;
  };
  const finish = (): void => {
    if (state.t === 'connecting') state.finished = true;
    if (state.t === 'open') state.socket.close(1000);
  };
  return {
    attach(socket, onHandled) {
      if (state.t !== 'connecting') return socket.terminate();
      const { queue, finished } = state;
      state = { t: 'open', socket };
      socket.on('message', (data: RawData, isBinary) => {
        // The protocol has no texts; what is no message is refused where messages are read.
        handler.onMessage(isBinary && Buffer.isBuffer(data) ? data : noMessage);
        onHandled?.();
      });
      socket.on('error', () => {});
      socket.on('close', (code) =>
        close({ code: code === 1000 ? grpcStatus.ok : grpcStatus.unavailable, details: `The WebSocket was closed with ${code}.` }),
      );
      for (const message of queue) send(message);
      if (finished) finish();
    },
    fail: (reason) =>
      close({
        code: grpcStatus.unavailable,
        details: reason instanceof Error ? reason.message : String(reason),
        ...(reason instanceof InterceptError ? { error: reason } : {}),
      }),
    send,
    backlog: () => waiting,
    finish,
    cancel() {
      if (state.t === 'connecting') cancelConnecting?.();
      if (state.t === 'open') state.socket.terminate();
    },
  };
}
