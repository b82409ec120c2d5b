import type { Address, z } from '@switchyard/config';
import { isLoopback } from './loopback.ts';
import { toAddressText, type ClusterConfig, type ManagerConfig } from './manager-config.ts';

type Path = readonly (string | number)[];

/** Something that must be unlike all others of its kind: where it stands in the document, and what it is called in messages. */
interface Item<T> {
  readonly path: Path;
  readonly value: T;
  /** How a message names the place that has the value already. */
  readonly place: string;
}

/** What a schema cannot say of one value alone: reports what contradicts something else in the document. */
export function checkConfig(config: ManagerConfig, context: z.core.$RefinementCtx<ManagerConfig>): void {
  const report = (path: Path, message: string): void => context.addIssue({ code: 'custom', path: [...path], message });
  checkAuth(config, report);
  checkNames(config, report);
  checkAddresses(config, report);
}

/**
 * Tokens of people are worth something elsewhere too, and so do not cross a network in the clear; those of ServiceAccounts are for this
 * manager alone, and short-lived.
 */
export function checkTokensAreSafe({ auth: { oidc }, tls, listen }: ClusterConfig, context: z.core.$RefinementCtx<ClusterConfig>): void {
  if (oidc === undefined || tls !== undefined || isLoopback(listen.host)) return;
  const message =
    'needs tls: tokens of people would come in plaintext; name a certificate under tls, or write "tls: elsewhere" where something before the manager ends TLS';
  context.addIssue({ code: 'custom', path: ['auth', 'oidc'], message });
}

type Report = (path: Path, message: string) => void;

function checkAuth({ auth, listen, tls }: ManagerConfig, report: Report): void {
  if (auth.mode === 'none' && !isLoopback(listen.host)) {
    report(
      ['listen'],
      `is ${toAddressText(listen)}, which other machines can reach, while auth mode "none" believes any name that a caller claims; ` +
        `listen at 127.0.0.1:${listen.port}, or set auth mode to "token"`,
    );
  }
  if (auth.mode === 'token' && tls === undefined && !isLoopback(listen.host)) {
    report(
      ['listen'],
      `is ${toAddressText(listen)}, which other machines can reach, and tokens would come in plaintext; name a certificate under tls, or ` +
        `write "tls: elsewhere" where something before the manager ends TLS`,
    );
  }
  if (auth.mode === 'token') {
    const tokens = auth.users.map(({ token }, index) => ({
      path: ['auth', 'users', index, 'token'],
      value: token,
      place: `auth.users[${index}]`,
    }));
    reportTwins(
      tokens,
      (a, b) => a === b,
      ({ place }) => `is the token of ${place} already; make one for each user`,
      report,
    );
  }
}

function checkNames({ services }: ManagerConfig, report: Report): void {
  const names = services.map(({ name }, index) => ({ path: ['services', index, 'name'], value: name, place: `services[${index}]` }));
  reportTwins(
    names,
    (a, b) => a === b,
    ({ value, place }) => `"${value}" is the name of ${place} already`,
    report,
  );
  for (const [index, { ports }] of services.entries()) {
    const portNames = ports.map(({ name }, portIndex) => ({
      path: ['services', index, 'ports', portIndex, 'name'],
      value: name,
      place: `ports[${portIndex}]`,
    }));
    reportTwins(
      portNames,
      (a, b) => a === b,
      ({ value, place }) => `"${value}" is the name of ${place} already`,
      report,
    );
  }
}

function checkAddresses({ listen, health, services }: ManagerConfig, report: Report): void {
  const ports = services.flatMap((service, index) =>
    service.ports.map((port, portIndex) => ({
      port,
      path: ['services', index, 'ports', portIndex],
      place: `${service.name}/${port.name}`,
    })),
  );
  const listeners = [
    { path: ['listen'], value: listen, place: 'the manager itself (listen)' },
    { path: ['health'], value: health, place: 'health' },
    ...ports.map(({ port, path, place }) => ({ path: [...path, 'listen'], value: port.listen, place })),
  ];
  reportTwins(listeners, overlap, ({ value, place }) => `is taken: ${place} listens at ${toAddressText(value)}`, report);
  for (const { port, path, place } of ports) {
    const listener = listeners.find(({ value }) => leadsTo(port.origin, value));
    if (listener === undefined) continue;
    const message =
      listener.place === place
        ? 'is where this port itself listens; requests would go round in circles'
        : `is where ${listener.place} listens; a request without a key must end at a workload, not at this manager`;
    report([...path, 'origin'], message);
  }
}

/** Reports each item that has a twin before it, at the later one. */
function reportTwins<T>(
  items: readonly Item<T>[],
  same: (a: T, b: T) => boolean,
  toMessage: (first: Item<T>) => string,
  report: Report,
): void {
  for (const [index, item] of items.entries()) {
    const twin = items.slice(0, index).find(({ value }) => same(value, item.value));
    if (twin !== undefined) report(item.path, toMessage(twin));
  }
}

/** Whether two listeners would take the same port of the same address. Port 0 is a new one each time. */
function overlap(a: Address, b: Address): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return toPlainHost(a.host) === toPlainHost(b.host) || isEveryHost(a.host) || isEveryHost(b.host);
}

/** Whether a connection to `origin` arrives at `listener`, as far as the two addresses tell. */
function leadsTo(origin: Address, listener: Address): boolean {
  if (origin.port !== listener.port) return false;
  return toPlainHost(origin.host) === toPlainHost(listener.host) || (isEveryHost(listener.host) && isLoopback(origin.host));
}

function toPlainHost(host: string): string {
  return host.toLowerCase() === 'localhost' ? '127.0.0.1' : host.toLowerCase();
}

function isEveryHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
