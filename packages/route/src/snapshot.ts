import type { RoutingKey, ServiceName } from '@switchyard/contract';
import { defaultAliases, parseAlias, type Alias } from './alias.ts';
import { baggageHeader, cookieHeader, twinHeader } from './names.ts';
import type { Rule } from './rule.ts';

/** What holds for all rules of a snapshot. */
export interface RouteOptions {
  /** Other places where a key may stand, as `parseAlias` reads them, in the order in which they speak. Default `kubernetes-route-as`. */
  readonly aliases?: readonly string[];
  /** Services where people enter with a browser: a key in the query is answered with a cookie. Default none. */
  readonly entryServices?: ReadonlySet<ServiceName>;
  /** Services that the outside world reaches: keys are taken off their requests and never routed. Default none. */
  readonly untrustedServices?: ReadonlySet<ServiceName>;
}

/** What `decide` knows about one port. Immutable. */
export interface PortTable {
  /** The rules of this port. */
  readonly rules: ReadonlyMap<RoutingKey, Rule>;
  /** The keys that are live anywhere in the namespace. */
  readonly liveKeys: ReadonlySet<RoutingKey>;
  readonly aliases: readonly Alias[];
  readonly entry: boolean;
  readonly untrusted: boolean;
}

/** The whole routing table at one moment. Immutable: a change is another snapshot. */
export interface Snapshot {
  readonly rules: readonly Rule[];
  /** Lower-case names of the headers that a decision looks at. A response depends on them (`Vary`). */
  readonly fieldNames: ReadonlySet<string>;
  /** The table of a port; a port without rules has one too, as a live key passes through it. Constant cost, no allocation. */
  table(service: ServiceName, port: string): PortTable;
}

interface ServiceTables {
  readonly ports: ReadonlyMap<string, PortTable>;
  /** The table of a port without rules. */
  readonly other: PortTable;
}

/** Builds the snapshot of `rules`. Throws `bad_config` for an alias that `parseAlias` does not read. */
export function createSnapshot(rules: Iterable<Rule>, options: RouteOptions = {}): Snapshot {
  const { entryServices = new Set(), untrustedServices = new Set() } = options;
  const ordered = [...rules].toSorted((left, right) => left.createdAt - right.createdAt);
  const aliases = (options.aliases ?? defaultAliases).map(parseAlias);
  const ordinary: PortTable = {
    rules: new Map(),
    liveKeys: new Set(ordered.map((rule) => rule.key)),
    aliases,
    entry: false,
    untrusted: false,
  };
  const byService = Map.groupBy(ordered, (rule) => rule.service);
  const services = new Map<ServiceName, ServiceTables>();
  for (const service of new Set([...byService.keys(), ...entryServices, ...untrustedServices])) {
    const other = { ...ordinary, entry: entryServices.has(service), untrusted: untrustedServices.has(service) };
    services.set(service, { ports: createPortTables(byService.get(service) ?? [], other), other });
  }
  return {
    rules: ordered,
    fieldNames: new Set([twinHeader, baggageHeader, ...aliases.map((alias) => alias.header), cookieHeader]),
    table(service, port) {
      const tables = services.get(service);
      return tables === undefined ? ordinary : (tables.ports.get(port) ?? tables.other);
    },
  };
}

/** The tables of one service's ports; its `rules` come oldest first. */
function createPortTables(rules: readonly Rule[], other: PortTable): ReadonlyMap<string, PortTable> {
  const tables = new Map<string, PortTable>();
  for (const [port, portRules] of Map.groupBy(rules, (rule) => rule.port)) {
    const byKey = new Map<RoutingKey, Rule>();
    for (const rule of portRules) if (!byKey.has(rule.key)) byKey.set(rule.key, rule);
    tables.set(port, { ...other, rules: byKey });
  }
  return tables;
}
