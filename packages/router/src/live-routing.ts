import type { ServiceName } from '@switchyard/contract';
import { createTrailerNames, FieldNames } from '@switchyard/http1';
import { createSnapshot, toVary, type Snapshot } from '@switchyard/route';
import { hopHeader } from './http1/hops.ts';
import type { Routing } from './port-context.ts';
import { forwardedHeader } from './source-address/forwarded.ts';

/** The newest snapshot, as the ports want it. */
export class LiveRouting {
  #snapshot: Snapshot = createSnapshot([]);
  #ordinary: GuardedNames = toGuardedNames(this.#snapshot, []);
  /** Of ports whose baselines are told the client's address. */
  #forwarded: GuardedNames = toGuardedNames(this.#snapshot, [forwardedHeader]);
  /** What the framers of the ports collect, by the list of names. */
  #fieldNames: Map<string, FieldNames> = new Map();
  /** The same of the snapshot before: connections make a new framer where theirs is another object. */
  #lastFieldNames: Map<string, FieldNames> = new Map();

  /** Swaps the snapshot. */
  update(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#ordinary = toGuardedNames(snapshot, []);
    this.#forwarded = toGuardedNames(snapshot, [forwardedHeader]);
    this.#lastFieldNames = this.#fieldNames;
    this.#fieldNames = new Map();
  }

  /** What is in force for one port. */
  of({ service, port }: { readonly service: ServiceName; readonly port: string }): Routing {
    const table = this.#snapshot.table(service, port);
    const vary = toVary(table.fieldNames);
    const isForwarded = table.sourceAddress === 'forwarded';
    const fieldNames = this.#toFieldNames(vary, [...table.fieldNames, hopHeader, ...(isForwarded ? [forwardedHeader] : [])]);
    return { table, ...(isForwarded ? this.#forwarded : this.#ordinary), fieldNames, vary };
  }

  #toFieldNames(vary: string, names: readonly string[]): FieldNames {
    const list = `${vary} ${names.length}`;
    const known = this.#fieldNames.get(list) ?? this.#lastFieldNames.get(list) ?? new FieldNames(names);
    this.#fieldNames.set(list, known);
    return known;
  }
}

type GuardedNames = Pick<Routing, 'routingNames' | 'trailerNames'>;

function toGuardedNames({ keyNames }: Snapshot, further: readonly string[]): GuardedNames {
  const routingNames = new Set([...keyNames, hopHeader, ...further]);
  return { routingNames, trailerNames: createTrailerNames(routingNames) };
}
