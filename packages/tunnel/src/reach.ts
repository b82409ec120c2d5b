import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { InterceptError, type Clock } from '@switchyard/contract';
import { fixedTunnelLimits } from './limits.ts';

const pointHint = 'Start the manager, or name its address with --manager URL or INTERCEPT_MANAGER.';
/** How long the search for the reason may take. */
const probeMs = fixedTunnelLimits.probeMs.value;

/** Where `url` points, for sockets. Throws `bad_usage`. */
export function toAddress(url: URL): { readonly host: string; readonly port: number } | { readonly path: string } {
  if (url.protocol === 'unix:' && url.host === '' && url.pathname.startsWith('/')) return { path: decodeURIComponent(url.pathname) };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InterceptError('bad_usage', `"${url.href}" is no address of a manager: it begins with http://, https:// or unix:///.`);
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

/** `url` without what is not needed to know where it points. */
function toShown(url: URL): string {
  return url.protocol === 'unix:' ? url.href : url.origin;
}

/** The manager did not answer in time. */
export function toSilent(url: URL, timeoutMs: number): InterceptError {
  return toUnreachable(`${toShown(url)} did not answer within ${timeoutMs / 1000} s`, pointHint);
}

/** Finds out why no gRPC connection to `url` came about, by looking at it with plain sockets. Takes at most 1 s. */
export async function explainUnreachable(clock: Clock, url: URL, cause: unknown): Promise<InterceptError> {
  const address = toAddress(url);
  const secure = url.protocol === 'https:';
  const first = await probe(clock, secure ? connectTls({ ...address, ...toServerName(url) }) : connectTcp(address), !secure);
  // A forward into a cluster takes every connection, and closes those that it cannot carry; whoever opened it knows why.
  if ('path' in address && !isAbsent(first)) return toUnreachable(`${toShown(url)} leads to no manager`, pointHint, cause);
  if (first.t === 'error') return fromSocketError(url, first.error, cause);
  if (first.t === 'answer' && first.text.startsWith('HTTP/1')) return toStranger(url, 'speaks HTTP/1.1', cause);
  if (!secure && (await speaksTls(clock, url))) {
    return toUnreachable(`${toShown(url)} expects TLS`, `Use https://${url.host}.`, cause);
  }
  return toStranger(url, 'accepts connections', cause);
}

/** The answer came from something that speaks HTTP/2 and is no manager. */
export function toStranger(url: URL, does: string, cause?: unknown): InterceptError {
  return toUnreachable(`${toShown(url)} ${does} and is no Switchyard manager`, pointHint, cause);
}

function toUnreachable(what: string, hint: string, cause?: unknown): InterceptError {
  return new InterceptError('manager_unreachable', `The manager could not be reached: ${what}.`, { hint, cause });
}

function fromSocketError(url: URL, error: NodeJS.ErrnoException, cause: unknown): InterceptError {
  switch (error.code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return toUnreachable(`nothing listens at ${toShown(url)}`, pointHint, cause);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return toUnreachable(`the host name ${url.hostname} is not known`, pointHint, cause);
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return toUnreachable(`${toShown(url)} does not speak TLS`, `Use http://${url.host}.`, cause);
    case undefined:
    default:
      if (isUntrusted(error.code)) {
        return toUnreachable(
          `the certificate of ${toShown(url)} is not trusted (${error.message})`,
          'Name the file of your certificate authority in NODE_EXTRA_CA_CERTS.',
          cause,
        );
      }
      return toUnreachable(`${toShown(url)} failed with ${error.code ?? error.message}`, pointHint, cause);
  }
}

function isAbsent(probe: Probe): boolean {
  return probe.t === 'error' && (probe.error.code === 'ENOENT' || probe.error.code === 'ECONNREFUSED' || probe.error.code === 'EACCES');
}

function isUntrusted(code: string | undefined): boolean {
  return code !== undefined && /CERT|SIGNATURE|ALTNAME/.test(code);
}

async function speaksTls(clock: Clock, url: URL): Promise<boolean> {
  const result = await probe(clock, connectTls({ ...toAddress(url), rejectUnauthorized: false, ...toServerName(url) }), false);
  // An alert is TLS too.
  return result.t === 'open' || (result.t === 'error' && /ALERT/.test(result.error.code ?? ''));
}

/** A name for TLS, where the host is one and not an address. */
function toServerName({ hostname }: URL): { readonly servername?: string } {
  return /^[\d.]*$|:/.test(hostname) ? {} : { servername: hostname };
}

type Probe =
  | { readonly t: 'error'; readonly error: NodeJS.ErrnoException }
  | { readonly t: 'answer'; readonly text: string }
  /** Connected, and nothing more was seen. */
  | { readonly t: 'open' };

/** What happens on a fresh socket; with `ask`, after an HTTP/1.1 request, which every web server answers. */
function probe(clock: Clock, socket: Socket, ask: boolean): Promise<Probe> {
  return new Promise((resolve) => {
    const done = (result: Probe): void => {
      timer.cancel();
      socket.destroy();
      resolve(result);
    };
    const timer = clock.after(probeMs, () => done({ t: 'open' }));
    socket.on('error', (error) => done({ t: 'error', error }));
    socket.on('close', () => done({ t: 'open' }));
    socket.on('data', (bytes) => done({ t: 'answer', text: bytes.toString('latin1') }));
    socket.on(ask ? 'connect' : 'secureConnect', () => {
      if (ask) socket.write('GET / HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n');
      else done({ t: 'open' });
    });
  });
}
