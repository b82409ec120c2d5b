import { BlockList, isIP } from 'node:net';
import { InterceptError } from '@switchyard/contract';
import { isLoopback, toAddress, toHostPort } from './address.ts';

/** The variables of a process, as far as they name proxies. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** A forward proxy, which connects its callers by CONNECT (RFC 9110 section 9.3.6). */
export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** `USER:PASSWORD`, where its address has them. Never shown. */
  readonly credentials: string | undefined;
  /** `HOST:PORT`, for people. */
  readonly name: string;
}

/**
 * The proxy that stands between this machine and `url`: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, else `ALL_PROXY`; of both cases the
 * lower one. Undefined for this machine's own addresses and sockets, and for what `NO_PROXY` names. Throws `bad_usage` where the variable
 * names no proxy.
 */
export function findProxy(url: URL, variables: ProxyVariables): Proxy | undefined {
  const address = toAddress(url);
  if ('path' in address || isLoopback(address.host) || isExempt(address, read(variables, 'no_proxy')?.text ?? '')) return undefined;
  const variable = read(variables, url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? read(variables, 'all_proxy');
  return variable === undefined ? undefined : parseProxy(variable);
}

interface Variable {
  readonly name: string;
  readonly text: string;
}

/** An empty variable of the lower case counts: it takes the other one back. */
function read(variables: ProxyVariables, lower: string): Variable | undefined {
  for (const name of [lower, lower.toUpperCase()]) {
    const text = variables[name];
    if (text !== undefined) return text.trim() === '' ? undefined : { name, text: text.trim() };
  }
  return undefined;
}

function parseProxy({ name, text }: Variable): Proxy {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined || url.protocol !== 'http:' || url.hostname === '') {
    // What stands there may hold a password.
    throw new InterceptError('bad_usage', `${name} does not name a proxy: it is no http:// address.`, {
      hint: 'Write it as http://HOST:PORT; a proxy that is spoken to over TLS or SOCKS cannot be used.',
    });
  }
  const address = toAddress(url);
  if ('path' in address) throw new InterceptError('internal', 'An http:// address has a host.');
  return { ...address, credentials: readCredentials(name, url), name: toHostPort(address) };
}

function readCredentials(variable: string, { username, password }: URL): string | undefined {
  if (username === '') return undefined;
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    // Without the cause, which may be shown.
    throw new InterceptError('bad_usage', `The user or the password in ${variable} is not percent-encoded.`, {
      hint: 'Write "%" as "%25", "@" as "%40", "/" as "%2F".',
    });
  }
}

/**
 * Whether `NO_PROXY` names the address: `*`, a name with all below it, an IP address, a network as CIDR; each but the last with a port or
 * without.
 */
function isExempt({ host, port }: { readonly host: string; readonly port: number }, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || isInNetwork(host, entry) || isNamed(host.toLowerCase(), port, entry));
}

function isNamed(host: string, port: number, entry: string): boolean {
  const [, bracketed, plain, entryPort] = /^(?:\[(.*)\]|(.*?))(?::(\d+))?$/.exec(entry) ?? [];
  // An address of IPv6 has colons of its own.
  const isBare = isIP(entry) === 6;
  if (!isBare && entryPort !== undefined && Number(entryPort) !== port) return false;
  const name = (isBare ? entry : (bracketed ?? plain ?? '')).replace(/^\*?\./, '');
  return name !== '' && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
}

function isInNetwork(host: string, entry: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network);
  const isNetwork = family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  if (!isNetwork || isIP(host) !== family) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}
