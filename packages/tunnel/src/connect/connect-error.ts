import { InterceptError } from '@switchyard/contract';
import { toShown } from './address.ts';
import type { Proxy } from './proxy.ts';

const pointHint = 'Start the manager, or name its address with --manager URL or INTERCEPT_MANAGER.';

/** `what` completes the sentence "The manager could not be reached: ...". */
export function toUnreachable(what: string, cause?: unknown, hint: string = pointHint): InterceptError {
  return new InterceptError('manager_unreachable', `The manager could not be reached: ${what}.`, { hint, cause });
}

/** The manager did not answer in time. */
export function toSilent(url: URL, timeoutMs: number): InterceptError {
  return toUnreachable(`${toShown(url)} did not answer within ${timeoutMs / 1000} s`);
}

/** The answer came from something that is no manager, and `does` something else. */
export function toStranger(url: URL, does: string, cause?: unknown): InterceptError {
  return toUnreachable(`${toShown(url)} ${does} and is no Switchyard manager`, cause);
}

/** What became of a connection to `url`, before or after its handshake. */
export function toConnectError(url: URL, error: NodeJS.ErrnoException): InterceptError {
  const shown = toShown(url);
  switch (error.code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return toUnreachable(`nothing listens at ${shown}`, error);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return toUnreachable(`the host name ${url.hostname} is not known`, error);
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return toUnreachable(`${shown} does not speak TLS`, error, `Use http://${url.host}.`);
    case undefined:
      return toUnreachable(`${shown} failed: ${error.message}`, error);
    default:
      return toTlsError(shown, error, error.code) ?? toUnreachable(`${shown} failed with ${error.code}`, error);
  }
}

/** Whether the other end refused TLS, which it may do after the handshake (RFC 8446 section 6.2). */
export function isAlert(error: NodeJS.ErrnoException): boolean {
  return error.code?.includes('ALERT') === true;
}

function toTlsError(shown: string, error: Error, code: string): InterceptError | undefined {
  if (/ALERT_CERTIFICATE_REQUIRED|SSLV3_ALERT_HANDSHAKE_FAILURE/.test(code)) {
    return toUnreachable(`${shown} wants a client certificate`, error, 'Name yours with --tls-cert and its key with --tls-key.');
  }
  if (/ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_)/.test(code)) {
    return toUnreachable(`${shown} does not accept the client certificate (${code})`, error, 'Ask whoever runs it for another one.');
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return toUnreachable(`the certificate of ${shown} has expired`, error, 'Whoever runs it has to renew it.');
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return toUnreachable(
      `the certificate of ${shown} is for other names (${error.message})`,
      error,
      'Use a name that it is good for as the address.',
    );
  }
  if (!/CERT|SIGNATURE/.test(code)) return undefined;
  // Behind a semicolon Node.js recommends a flag of its own, which an installed program cannot be given.
  const [why = ''] = error.message.split(';');
  return toUnreachable(
    `the certificate of ${shown} is not trusted (${why})`,
    error,
    'Name the file of its authority with --ca, or in NODE_EXTRA_CA_CERTS.',
  );
}

/** The proxy itself cannot be reached. */
export function toProxyError(proxy: Proxy, error: NodeJS.ErrnoException): InterceptError {
  return toUnreachable(
    `the proxy ${proxy.name} failed with ${error.code ?? error.message}`,
    error,
    'HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names it.',
  );
}

/** The proxy answered with `status` instead of connecting. */
export function toProxyRefusal(url: URL, proxy: Proxy, status: number): InterceptError {
  return toUnreachable(
    `the proxy ${proxy.name} refused to connect to ${url.host}: ${status}`,
    undefined,
    status === 407
      ? 'It wants a user and a password: http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY.'
      : `Name ${url.hostname} in NO_PROXY if there is a way without it.`,
  );
}
