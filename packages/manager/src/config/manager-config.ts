import type { Address } from '@switchyard/config';
import type { MatchPolicy, PortProtocol, ServiceName, SourceAddressForm } from '@switchyard/contract';
import type { AuditConfig } from '../audit/open-audit.ts';
import type { ManagerLimits } from '../limits.ts';
import type { ClusterAuthConfig } from './auth-config.ts';

/** A manager's configuration: checked, complete, immutable. */
export interface ManagerConfig {
  /** Where agents and command lines connect to. */
  readonly listen: Address;
  /** Where `/healthz`, `/readyz` and `/metrics` are served. */
  readonly health: Address;
  /** Who ends TLS at `listen`: the manager, something before it, or nobody. */
  readonly tls: TlsFiles | 'elsewhere' | undefined;
  readonly auth: AuthConfig;
  readonly api: {
    /** Names, in lower case, that the API over HTTP answers to beside loopback and the address that was dialled. */
    readonly hosts: readonly string[];
  };
  readonly routing: {
    /** Further places where a key may stand, as `parseAlias` of `@switchyard/route` reads them. */
    readonly aliases: readonly string[];
  };
  readonly policy: MatchPolicy;
  readonly audit: AuditConfig;
  readonly limits: ManagerLimits;
  readonly services: readonly ServiceConfig[];
}

/** The configuration of a manager that runs in a cluster: checked, complete, immutable. */
export type ClusterConfig = Omit<ManagerConfig, 'auth' | 'policy' | 'services'> & {
  readonly auth: ClusterAuthConfig;
  readonly peers: PeersConfig;
};

/** How the managers of a namespace reach each other. */
export interface PeersConfig {
  /** Where this one listens; the others do so at the same port. */
  readonly listen: Address;
  /** The file with this manager's token for them. */
  readonly tokenFile: string;
}

/** Files in PEM; a relative path begins at the working directory. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string | undefined;
}

/** How agents and command lines prove who they are. */
export type AuthConfig =
  /** They do not: the name that a caller claims is believed. Only on loopback. */
  | { readonly mode: 'none' }
  /** By a token, which decides the name. */
  | { readonly mode: 'token'; readonly users: readonly UserConfig[] };

/** A token's owner. A user may have several tokens. */
export interface UserConfig {
  readonly name: string;
  /** `sha256:` and the hash of the token in hexadecimal digits. */
  readonly token: string;
}

/** A service whose traffic this manager routes. */
export interface ServiceConfig {
  readonly name: ServiceName;
  /** Whether browsers enter here: a key in the query is then kept in a cookie. */
  readonly entry: boolean;
  /** `untrusted`: requests come from outside, so keys on them are dropped. */
  readonly edge: 'trusted' | 'untrusted';
  /** How its baseline learns the addresses of its clients. */
  readonly sourceAddress: SourceAddressForm;
  readonly ports: readonly PortConfig[];
}

/** A port of a service. */
export interface PortConfig {
  readonly name: string;
  /** Where callers dial the service. */
  readonly listen: Address;
  /** Where the baseline listens. */
  readonly origin: Address;
  readonly protocol: PortProtocol;
}

/** An address as `HOST:PORT`, an IPv6 host in brackets. */
export function toAddressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The URL of an HTTP server. */
export function toUrl(host: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  return `${scheme}://${toAddressText({ host, port })}`;
}
