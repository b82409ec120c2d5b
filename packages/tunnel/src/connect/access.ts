import tls, { createSecureContext, type SecureContext } from 'node:tls';
import { InterceptError } from '@switchyard/contract';
import { findProxy, type Proxy, type ProxyVariables } from './proxy.ts';

/** What carries the streams of the protocol: gRPC, or a WebSocket for each where HTTP/2 does not get through. */
export type CarrierName = 'grpc' | 'websocket';

/** Texts in PEM. */
export interface ClientCertificates {
  /** An authority to trust beside those that Node.js trusts. */
  readonly ca?: string | undefined;
  /** What to show to a manager that asks for it, and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** How this machine gets to managers. */
export interface AccessOptions {
  /** `auto`: gRPC, and WebSocket where a connection comes about that carries no gRPC. Default gRPC. */
  readonly carrier?: CarrierName | 'auto' | undefined;
  readonly certificates?: ClientCertificates | undefined;
  /** The variables that may name a proxy. Default: there is none. */
  readonly proxies?: ProxyVariables | undefined;
}

/** How this machine gets to managers; one for all connections of a process, as it remembers what worked. */
export interface Access {
  /** For TLS with managers. Throws `bad_usage` where the certificates cannot be used. */
  secureContext(): SecureContext;
  /** As `findProxy`. */
  proxyFor(url: URL): Proxy | undefined;
  /** The carriers to try with the manager at `url`, in this order. */
  carriersFor(url: URL): readonly CarrierName[];
  /** The manager at `url` took a session by `carrier`: no other one is tried from now on. */
  remember(url: URL, carrier: CarrierName): void;
}

/** Without options: gRPC, the authorities of Node.js, no proxy. */
export function createAccess({ carrier = 'grpc', certificates = {}, proxies = {} }: AccessOptions = {}): Access {
  const known = new Map<string, CarrierName>();
  let context: SecureContext | undefined;
  return {
    secureContext: () => (context ??= toSecureContext(certificates)),
    proxyFor: (url) => findProxy(url, proxies),
    carriersFor(url) {
      const found = known.get(url.href);
      if (found !== undefined) return [found];
      return carrier === 'auto' ? ['grpc', 'websocket'] : [carrier];
    },
    remember: (url, worked) => void known.set(url.href, worked),
  };
}

function toSecureContext({ ca, cert, key }: ClientCertificates): SecureContext {
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      // By the module: a name that Node.js 20 does not have could not be imported.
      ...(ca === undefined ? {} : { ca: [...tls.getCACertificates('default'), ca] }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
  } catch (cause) {
    throw new InterceptError('bad_usage', 'The certificates for the way to the manager cannot be used.', {
      cause,
      hint: 'Each file holds PEM; the key belongs to the certificate, and has no password.',
    });
  }
}
