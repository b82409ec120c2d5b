import { once } from 'node:events';
import { createServer, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Address } from '@switchyard/config';
import {
  codes,
  InterceptError,
  toLimitValues,
  type Clock,
  type LimitValues,
  type Log,
  type Metrics,
  type Pipe,
} from '@switchyard/contract';
import { dialSocket, routerLimits, SocketPipe, splice } from '@switchyard/router';
import { createSeats, listen, toPlainAddress } from '@switchyard/runtime';
import { readBearer } from '@switchyard/tunnel';
import { peerLimits } from '../../limits.ts';
import type { LiveSession } from '../intercepts/intercept-keeper.ts';
import { hopProtocol, keepAliveMs, parseHopPath } from './hop.ts';
import type { IdentifyPeer } from './peer-guard.ts';

/** What the listener for peers works with. */
export interface PeerListenerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly identify: IdentifyPeer;
  /** The session of the intercept `uid` with this manager itself: what comes from a peer goes on to no other one. */
  readonly findSession: (uid: string) => LiveSession | undefined;
}

/** Where peers connect to. Dispose cuts all connections. */
export interface PeerListener extends AsyncDisposable {
  readonly port: number;
}

/**
 * Opens the listener where other managers of the namespace ask for sessions that this one has. Each connection is one proxied connection:
 * an HTTP/1.1 upgrade that names the intercept and proves the peer, then the bytes of the pipe, both halves on their own. Rejects with
 * `port_in_use` or `bad_config`.
 */
export async function openPeerListener(
  deps: PeerListenerDeps,
  address: Address,
  limits: LimitValues<typeof peerLimits> = toLimitValues(peerLimits),
): Promise<PeerListener> {
  const { peerHeadMs, peerHeadBytes, peerWaiting, hopsPerPeer, hopAnswerMs } = limits;
  const { log, metrics } = deps;
  const hops = new Map<string, number>();
  const sockets = new Set<Socket>();
  const waiting = createSeats(peerWaiting);
  metrics.gauge({ name: 'switchyard_peer_hops', help: 'Connections of other managers to sessions that this one has.' }, () =>
    hops.values().reduce((sum, count) => sum + count, 0),
  );
  const outcomes = metrics.counter({
    name: 'switchyard_peer_requests_total',
    help: 'Connections to sessions that other managers asked this one for, by outcome: opened, or the code of the failure.',
    labels: ['outcome'],
  });
  const server = createServer(
    {
      headersTimeout: peerHeadMs,
      requestTimeout: peerHeadMs,
      keepAliveTimeout: 1,
      connectionsCheckingInterval: peerHeadMs / 4,
      maxHeaderSize: peerHeadBytes,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    },
    (_request, response) => response.writeHead(426, { connection: 'close', upgrade: hopProtocol }).end(),
  );
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const open = async (request: IncomingMessage, from: string, head: Buffer, signal: AbortSignal): Promise<Opened> => {
    if (head.length > 0) throw new InterceptError('protocol_violation', 'The peer sent bytes before it was answered.');
    const peer = await deps.identify(readBearer(request.headers.authorization ?? ''), from);
    const target = request.headers.upgrade === hopProtocol ? parseHopPath(request.url ?? '') : undefined;
    if (target === undefined) throw new InterceptError('bad_usage', 'The peer asked for nothing that is known here.');
    if ((hops.get(peer.name) ?? 0) >= hopsPerPeer)
      throw new InterceptError('limit_reached', `${peer.name} has ${hopsPerPeer} connections.`);
    const found = deps.findSession(target.uid);
    if (found === undefined || found.id !== target.id) {
      throw new InterceptError('intercept_not_found', 'The session of this intercept is not here.');
    }
    hops.set(peer.name, (hops.get(peer.name) ?? 0) + 1);
    const leave = (): void => void hops.set(peer.name, (hops.get(peer.name) ?? 1) - 1);
    try {
      return { inner: await dial(deps, found, signal), leave };
    } catch (error) {
      leave();
      throw error;
    }
  };

  server.on('upgrade', (request, stream, head) => {
    const socket = stream as Socket;
    const from = toPlainAddress(socket.remoteAddress ?? '');
    const pipe = new SocketPipe(socket, 'tunnel_lost');
    const over = new AbortController();
    pipe.attach({ onData: ignore, onEnd: ignore, onDrain: ignore, onClose: () => over.abort() });
    const seat = waiting.take(from, () => socket.destroy());
    const timer = deps.clock.after(hopAnswerMs, () => over.abort(new InterceptError('tunnel_lost', 'The session did not answer.')));
    open(request, from, head, over.signal)
      .then(({ inner, leave }) => {
        outcomes.add(1, { outcome: 'opened' });
        if (socket.destroyed) return void (inner.reset(new InterceptError('canceled', 'The peer is gone.')), leave());
        pipe.write(agreed);
        splice(pipe, inner, { onBytes: ignore, onClosed: leave });
      })
      .catch((reason: unknown) => {
        const error = InterceptError.from(reason);
        outcomes.add(1, { outcome: error.code });
        const level = codes[error.code].fault === 'user' ? 'warn' : 'debug';
        log[level]('peer_refused', { from, code: error.code, reason: error.message });
        refuse(pipe, error);
      })
      .finally(() => {
        timer.cancel();
        seat.leave();
      });
  });
  const port = await listen(server, address, 'The listener for other managers');
  server.on('error', () => {});
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Opened {
  readonly inner: Pipe;
  /** To be called once the pipe is over. */
  readonly leave: () => void;
}

function dial({ clock }: PeerListenerDeps, { id, session, direct }: LiveSession, signal: AbortSignal): Promise<Pipe> {
  if (direct === undefined) return session.openPipe(id, signal);
  return dialSocket(direct, { clock, timeoutMs: routerLimits.dialTimeoutMs.value, signal });
}

const agreed = Buffer.from(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${hopProtocol}\r\n\r\n`);

function refuse(pipe: Pipe, { code }: InterceptError): void {
  const { http } = codes[code];
  const head = `HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ''}\r\nx-intercept-error: ${code}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
  pipe.write(Buffer.from(head));
  pipe.end();
  // The peer has nothing to say any more: its end is read, so that the socket closes.
  pipe.resume();
}

function ignore(): void {}
