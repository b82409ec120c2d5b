import { InterceptError, type Clock, type Timer } from '@switchyard/contract';
import type { BytesMethod } from '@switchyard/wire';
import { WebSocket } from 'ws';
import type { Access } from '../connect/access.ts';
import { isAlert, toConnectError, toStranger } from '../connect/connect-error.ts';
import { openSocket } from '../connect/open-socket.ts';
import { fixedTunnelLimits } from '../limits.ts';
import type { AgentCarrier } from './agent-carrier.ts';
import { createWebSocketStream, subprotocol, webSocketOptions } from './web-socket-stream.ts';

const pingMs = fixedTunnelLimits.webSocketPingMs.value;

/** Each stream in a WebSocket of its own, for ways that carry HTTP/1.1 alone. */
export function createWebSocketCarrier(clock: Clock, url: URL, access: Access): AgentCarrier {
  const over = new AbortController();
  return {
    open(method, handler) {
      const cancel = new AbortController();
      const stream = createWebSocketStream(handler, () =>
        cancel.abort(new InterceptError('canceled', 'The stream is not wanted any more.')),
      );
      openWebSocket(url, access, method, AbortSignal.any([over.signal, cancel.signal])).then(
        (socket) => {
          const stopPings = startPings(clock, socket);
          const end = (): void => {
            stopPings();
            socket.terminate();
          };
          over.signal.addEventListener('abort', end);
          socket.on('close', () => {
            stopPings();
            over.signal.removeEventListener('abort', end);
          });
          stream.attach(socket);
        },
        (reason: unknown) => stream.fail(reason),
      );
      return stream;
    },
    close: () => over.abort(new InterceptError('canceled', 'The session is over.')),
  };
}

async function openWebSocket(url: URL, access: Access, { path }: BytesMethod, signal: AbortSignal): Promise<WebSocket> {
  const connection = await openSocket(url, access, { alpn: ['http/1.1'], signal });
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(new URL(path, url.protocol === 'unix:' ? 'ws://manager' : url.origin), subprotocol, {
      createConnection: () => connection,
      ...webSocketOptions,
    });
    const leave = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
    };
    const fail = (reason: Error): void => {
      leave();
      socket.on('error', () => {}).terminate();
      connection.destroy();
      reject(reason);
    };
    const onAbort = (): void => fail(signal.reason as Error);
    socket.on('open', () => {
      leave();
      resolve(socket);
    });
    socket.on('unexpected-response', (_request, { statusCode }) => fail(toStranger(url, `answers a WebSocket with ${statusCode}`)));
    socket.on('error', (error) => fail(isAlert(error) ? toConnectError(url, error) : error));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

/** Keeps proxies on the way from ending a quiet WebSocket; its pong does so in the other direction. */
function startPings(clock: Clock, socket: WebSocket): () => void {
  let timer: Timer;
  const wait = (): void => {
    timer = clock.after(pingMs, () => {
      socket.ping();
      wait();
    });
  };
  wait();
  return () => timer.cancel();
}
