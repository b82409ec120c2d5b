import type { Socket } from 'node:net';
import { InterceptError, type Clock } from '@switchyard/contract';
import { fixedTunnelLimits } from '../limits.ts';
import type { Access } from './access.ts';
import { toAddress, toShown } from './address.ts';
import { isAlert, toConnectError, toStranger, toUnreachable } from './connect-error.ts';
import { openSocket } from './open-socket.ts';

/** How long each look may take. */
const probeMs = fixedTunnelLimits.probeMs.value;

/** Why no gRPC came about. */
export interface Finding {
  readonly error: InterceptError;
  /** Whether a connection comes about, so that another carrier may get through. */
  readonly connects: boolean;
}

/** Finds out why no gRPC connection to `url` came about, by looking at it with plain sockets. Takes at most twice `probeMs`. */
export async function explainUnreachable(clock: Clock, url: URL, access: Access, cause: unknown): Promise<Finding> {
  const first = await probe(clock, url, access, true);
  // A forward into a cluster takes every connection, and closes those that it cannot carry; whoever opened it knows why.
  if ('path' in toAddress(url) && !isAbsent(first))
    return { error: toUnreachable(`${toShown(url)} leads to no manager`, cause), connects: false };
  if (first.t === 'failed') return { error: withCause(first.error, cause), connects: false };
  if (first.t === 'answer' && first.text.startsWith('HTTP/1')) return { error: toStranger(url, 'speaks HTTP/1.1', cause), connects: true };
  if (url.protocol === 'http:' && (await speaksTls(clock, url, access))) {
    return { error: toUnreachable(`${toShown(url)} expects TLS`, cause, `Use https://${url.host}.`), connects: false };
  }
  return { error: toStranger(url, 'accepts connections', cause), connects: true };
}

function withCause({ message, hint }: InterceptError, cause: unknown): InterceptError {
  return new InterceptError('manager_unreachable', message, { cause, ...(hint === undefined ? {} : { hint }) });
}

function isAbsent(probe: Probe): boolean {
  const reason = probe.t === 'failed' ? probe.error.cause : undefined;
  return reason instanceof Error && 'code' in reason && ['ENOENT', 'ECONNREFUSED', 'EACCES'].includes(String(reason.code));
}

async function speaksTls(clock: Clock, { host }: URL, access: Access): Promise<boolean> {
  const result = await probe(clock, new URL(`https://${host}`), access, false);
  if (result.t === 'silent') return false;
  if (result.t !== 'failed') return true;
  const reason = result.error.cause;
  // An alert is TLS too.
  return reason instanceof Error && 'code' in reason && /ALERT/.test(String(reason.code));
}

type Probe =
  | { readonly t: 'failed'; readonly error: InterceptError }
  | { readonly t: 'answer'; readonly text: string }
  /** Connected, and nothing more was seen. */
  | { readonly t: 'open' }
  /** Nothing was seen in time. */
  | { readonly t: 'silent' };

/** What happens on a fresh connection; with `ask`, after an HTTP/1.1 request, which every web server answers. */
async function probe(clock: Clock, url: URL, access: Access, ask: boolean): Promise<Probe> {
  const abort = new AbortController();
  const timer = clock.after(probeMs, () => abort.abort(new InterceptError('canceled', 'The look took too long.')));
  try {
    const socket = await openSocket(url, access, { alpn: ['http/1.1'], verify: ask, signal: abort.signal });
    return ask ? await look(url, socket, abort.signal) : close(socket);
  } catch (reason) {
    return abort.signal.aborted ? { t: 'silent' } : { t: 'failed', error: InterceptError.from(reason) };
  } finally {
    timer.cancel();
  }
}

function close(socket: Socket): Probe {
  socket.destroy();
  return { t: 'open' };
}

function look(url: URL, socket: Socket, signal: AbortSignal): Promise<Probe> {
  return new Promise((resolve) => {
    const done = (result: Probe): void => {
      socket.destroy();
      resolve(result);
    };
    signal.addEventListener('abort', () => done({ t: 'silent' }));
    // A manager that wants a client certificate says so only now (RFC 8446 section 4.4.2.4).
    socket.on('error', (error) => done(isAlert(error) ? { t: 'failed', error: toConnectError(url, error) } : { t: 'open' }));
    socket.on('close', () => done({ t: 'open' }));
    socket.on('data', (bytes: Buffer) => done({ t: 'answer', text: bytes.toString('latin1') }));
    socket.write('GET / HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n');
  });
}
