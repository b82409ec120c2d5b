import type { ServiceName } from '@switchyard/contract';
import { createTrailerNames, FieldNames } from '@switchyard/http1';
import { createSnapshot, toVary, type Snapshot } from '@switchyard/route';
import { hopHeader } from './http1/hops.ts';
import type { Routing } from './port-context.ts';

/** The newest snapshot, as the ports want it. */
export class LiveRouting {
  #snapshot: Snapshot = createSnapshot([]);
  #routingNames: ReadonlySet<string> = toRoutingNames(this.#snapshot);
  #trailerNames: FieldNames = createTrailerNames(this.#routingNames);
  /** What the framers of the ports collect, by the list of names. */
  #fieldNames: Map<string, FieldNames> = new Map();
  /** The same of the snapshot before: connections make a new framer where theirs is another object. */
  #lastFieldNames: Map<string, FieldNames> = new Map();

  /** Swaps the snapshot. */
  update(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#routingNames = toRoutingNames(snapshot);
    this.#trailerNames = createTrailerNames(this.#routingNames);
    this.#lastFieldNames = this.#fieldNames;
    this.#fieldNames = new Map();
  }

  /** What is in force for one port. */
  of({ service, port }: { readonly service: ServiceName; readonly port: string }): Routing {
    const table = this.#snapshot.table(service, port);
    const vary = toVary(table.fieldNames);
    const fieldNames = this.#toFieldNames(vary, table.fieldNames);
    return { table, routingNames: this.#routingNames, trailerNames: this.#trailerNames, fieldNames, vary };
  }

  #toFieldNames(list: string, names: ReadonlySet<string>): FieldNames {
    const known = this.#fieldNames.get(list) ?? this.#lastFieldNames.get(list) ?? new FieldNames([...names, hopHeader]);
    this.#fieldNames.set(list, known);
    return known;
  }
}

function toRoutingNames({ keyNames }: Snapshot): ReadonlySet<string> {
  return new Set([...keyNames, hopHeader]);
}
