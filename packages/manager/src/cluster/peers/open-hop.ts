import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Address } from '@switchyard/config';
import { InterceptError, isCode, toLimitValues, type Clock, type Code, type Pipe } from '@switchyard/contract';
import { SocketPipe } from '@switchyard/router';
import { peerLimits } from '../../limits.ts';
import { hopProtocol, keepAliveMs, toHopPath, type HopTarget } from './hop.ts';
import type { ReadToken } from './token-file.ts';

/** What a hop stands on. */
export interface HopDeps {
  readonly clock: Clock;
  readonly readToken: ReadToken;
  /** The address of this manager's pod: its peers take its token from there only. */
  readonly localAddress: string;
}

/** A connection through a peer to the developer's process. */
export interface Hop {
  readonly pipe: Pipe;
  /** Calls `listener` once the connection is over. */
  onClosed(listener: () => void): void;
}

const { hopConnectMs, hopAnswerMs, peerHeadBytes } = toLimitValues(peerLimits);

/** What a peer answers that is not about the way to it. Everything else means that this way leads nowhere now. */
const passedOn: ReadonlySet<Code> = new Set(['limit_reached']);

/**
 * Opens a connection to the session of `target` through the manager at `peer`. Rejects with `tunnel_lost` where that one is not reached or
 * does not have the session (any more), `limit_reached` as it answers, and `canceled`.
 */
export async function openHop(deps: HopDeps, peer: Address, target: HopTarget, signal: AbortSignal): Promise<Hop> {
  const token = await deps.readToken().catch((cause: unknown) => Promise.reject(toLost(peer, InterceptError.from(cause).message, cause)));
  const socket = connect({
    ...peer,
    localAddress: deps.localAddress,
    noDelay: true,
    allowHalfOpen: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
  });
  try {
    await untilAgreed(deps, { peer, path: toHopPath(target), token, socket }, signal);
  } catch (error) {
    socket.on('error', ignore);
    socket.destroy();
    throw error;
  }
  return { pipe: new SocketPipe(socket, 'tunnel_lost'), onClosed: (listener) => void socket.once('close', listener) };
}

interface Ask {
  readonly peer: Address;
  readonly path: string;
  readonly token: string;
  readonly socket: Socket;
}

/** Asks the peer for the session and waits until the bytes on the socket are the session's. */
async function untilAgreed({ clock }: HopDeps, { peer, path, token, socket }: Ask, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: hopProtocol };
  const asked = request({ createConnection: () => socket, host: peer.host, path, headers, maxHeaderSize: peerHeadBytes });
  asked.once('upgrade', (_answer, _socket, head: Buffer) => {
    if (head.length > 0) socket.unshift(head);
    resolve();
  });
  asked.once('response', (answer) => reject(toRefusal(peer, answer)));
  asked.on('error', (cause) => reject(toLost(peer, 'the connection failed', cause)));
  const giveUp = (ms: number) => clock.after(ms, () => reject(toLost(peer, `it did not answer within ${ms / 1_000} s`)));
  const timers = [giveUp(hopAnswerMs)];
  const connecting = giveUp(hopConnectMs);
  socket.once('connect', () => connecting.cancel());
  const onAbort = (): void => reject(new InterceptError('canceled', 'The caller is gone.'));
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  else asked.end();
  try {
    await promise;
  } finally {
    for (const timer of [...timers, connecting]) timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}

function toRefusal(peer: Address, { headers, statusCode }: IncomingMessage): InterceptError {
  const code = headers['x-intercept-error'];
  if (typeof code === 'string' && isCode(code) && passedOn.has(code)) {
    return new InterceptError(code, `The manager at ${peer.host}, which has the session, refused the connection.`);
  }
  return toLost(peer, `it answered ${statusCode} (${typeof code === 'string' && isCode(code) ? code : 'unknown'})`);
}

function toLost({ host }: Address, why: string, cause?: unknown): InterceptError {
  return new InterceptError('tunnel_lost', `The manager at ${host}, which has the session, was not reached: ${why}.`, { cause });
}

function ignore(): void {
  // The socket was given up; what else befalls it concerns nobody.
}
