import type { ServiceName, SourceAddressForm } from '@switchyard/contract';
import { defaultAliases, parseAlias } from './alias.ts';
import { baggageHeader, cookieHeader, twinHeader } from './names.ts';
import { createPortTable, type PortTable } from './port-table.ts';
import type { Rule } from './rule.ts';

/** What holds for all rules of a snapshot. */
export interface RouteOptions {
  /** Other places where a key may stand, as `parseAlias` reads them, in the order in which they speak. Default `kubernetes-route-as`. */
  readonly aliases?: readonly string[];
  /** Services where people enter with a browser: a key in the query is answered with a cookie. Default none. */
  readonly entryServices?: ReadonlySet<ServiceName>;
  /** Services that the outside world reaches: keys are taken off their requests and never routed. Default none. */
  readonly untrustedServices?: ReadonlySet<ServiceName>;
  /** How the baselines of services learn their clients' addresses. Default `none`. */
  readonly sourceAddresses?: ReadonlyMap<ServiceName, SourceAddressForm>;
}

/** The whole routing table at one moment. Immutable: a change is another snapshot. */
export interface Snapshot {
  readonly rules: readonly Rule[];
  /** Lower-case names of the headers that may carry a key. */
  readonly keyNames: ReadonlySet<string>;
  /** The table of a port; a port without rules has one too, as a live key passes through it. Constant cost, no allocation. */
  table(service: ServiceName, port: string): PortTable;
}

interface ServiceTables {
  readonly ports: ReadonlyMap<string, PortTable>;
  /** The table of a port without rules. */
  readonly other: PortTable;
}

/**
 * Builds the snapshot of `rules`. Throws `bad_config` for an alias that `parseAlias` does not read, `bad_usage` for a match that
 * `checkMatch` refuses.
 */
export function createSnapshot(rules: Iterable<Rule>, options: RouteOptions = {}): Snapshot {
  const { entryServices = new Set(), untrustedServices = new Set(), sourceAddresses = new Map<ServiceName, SourceAddressForm>() } = options;
  const ordered = [...rules].toSorted((left, right) => left.createdAt - right.createdAt || (left.id < right.id ? -1 : 1));
  const aliases = (options.aliases ?? defaultAliases).map(parseAlias);
  const keyNames = new Set([twinHeader, baggageHeader, ...aliases.map((alias) => alias.header), cookieHeader]);
  const ordinary: PortTable = {
    keyed: new Map(),
    keyless: [],
    liveKeys: new Set(ordered.flatMap(({ key }) => key ?? [])),
    aliases,
    fieldNames: keyNames,
    entry: false,
    untrusted: false,
    sourceAddress: 'none',
  };
  const byService = Map.groupBy(ordered, (rule) => rule.service);
  const services = new Map<ServiceName, ServiceTables>();
  for (const service of new Set([...byService.keys(), ...entryServices, ...untrustedServices, ...sourceAddresses.keys()])) {
    const other: PortTable = {
      ...ordinary,
      entry: entryServices.has(service),
      untrusted: untrustedServices.has(service),
      sourceAddress: sourceAddresses.get(service) ?? 'none',
    };
    const byPort = Map.groupBy(byService.get(service) ?? [], (rule) => rule.port);
    services.set(service, { ports: new Map([...byPort].map(([port, portRules]) => [port, createPortTable(portRules, other)])), other });
  }
  return {
    rules: ordered,
    keyNames,
    table(service, port) {
      const tables = services.get(service);
      return tables === undefined ? ordinary : (tables.ports.get(port) ?? tables.other);
    },
  };
}
