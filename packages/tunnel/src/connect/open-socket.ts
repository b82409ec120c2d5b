import { request } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Access } from './access.ts';
import { toAddress, toHostPort, type ManagerAddress } from './address.ts';
import { toConnectError, toProxyError, toProxyRefusal } from './connect-error.ts';
import type { Proxy } from './proxy.ts';

/** What is asked of a connection. */
export interface SocketOptions {
  /** What is offered to TLS, best first (RFC 7301). */
  readonly alpn: readonly string[];
  /** False believes any certificate: to look at who is there, not to talk. Default true. */
  readonly verify?: boolean;
  /** Gives up; the promise rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Connects to `url`, through the proxy that stands before it, and with TLS for `https:`. Rejects with `manager_unreachable`. */
export async function openSocket(url: URL, access: Access, options: SocketOptions): Promise<Socket> {
  const address = toAddress(url);
  const proxy = access.proxyFor(url);
  const { signal } = options;
  const socket =
    proxy === undefined || 'path' in address ? await openPlain(url, address, signal) : await openThrough(url, proxy, address, signal);
  if (url.protocol !== 'https:' || 'path' in address) return socket;
  const secure = connectTls({
    socket,
    secureContext: access.secureContext(),
    ALPNProtocols: [...options.alpn],
    rejectUnauthorized: options.verify !== false,
    host: address.host,
    // A name for TLS, where the host is one and not an address (RFC 6066 section 3).
    ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
  });
  return settle(secure, 'secureConnect', signal, (error) => toConnectError(url, error));
}

function openPlain(url: URL, address: ManagerAddress, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ ...address, noDelay: true });
  return settle(socket, 'connect', signal, (error) => toConnectError(url, error));
}

function openThrough(
  url: URL,
  proxy: Proxy,
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const authority = toHostPort(target);
  const credentials = proxy.credentials === undefined ? undefined : Buffer.from(proxy.credentials).toString('base64');
  return new Promise((resolve, reject) => {
    const asking = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      agent: false,
      signal,
      headers: { host: authority, ...(credentials === undefined ? {} : { 'proxy-authorization': `Basic ${credentials}` }) },
    });
    asking.on('connect', (response, socket: Socket, head) => {
      if (response.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket.setNoDelay());
        return;
      }
      socket.destroy();
      reject(toProxyRefusal(url, proxy, response.statusCode ?? 0));
    });
    asking.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : toProxyError(proxy, error)));
    asking.end();
  });
}

/** The socket, once `event` came. It is destroyed where an error or the abort came before. */
function settle(socket: Socket, event: string, signal: AbortSignal, toError: (error: Error) => Error): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      socket.off(event, onReady).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error): void => {
      leave();
      socket.on('error', () => {}).destroy();
      reject(error);
    };
    const onReady = (): void => {
      leave();
      resolve(socket);
    };
    const onError = (error: Error): void => fail(toError(error));
    const onClose = (): void => fail(toError(new Error('the connection was closed')));
    const onAbort = (): void => fail(signal.reason as Error);
    socket.on(event, onReady).on('error', onError).on('close', onClose);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
