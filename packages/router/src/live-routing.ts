import type { ServiceName } from '@switchyard/contract';
import { FieldNames } from '@switchyard/http1';
import { createSnapshot, toVary, type Snapshot } from '@switchyard/route';
import { hopHeader } from './http1/hops.ts';
import type { Routing } from './port-context.ts';

/** The newest snapshot, as the ports want it. */
export class LiveRouting {
  #snapshot: Snapshot = createSnapshot([]);
  #routingNames: ReadonlySet<string> = toRoutingNames(this.#snapshot);
  #fieldNames: FieldNames = new FieldNames(this.#routingNames);

  /** Swaps the snapshot. */
  update(snapshot: Snapshot): void {
    const known = this.#snapshot.fieldNames;
    if (known.size !== snapshot.fieldNames.size || [...known].some((name) => !snapshot.fieldNames.has(name))) {
      this.#routingNames = toRoutingNames(snapshot);
      this.#fieldNames = new FieldNames(this.#routingNames);
    }
    this.#snapshot = snapshot;
  }

  /** What is in force for one port. */
  of({ service, port }: { readonly service: ServiceName; readonly port: string }): Routing {
    return {
      table: this.#snapshot.table(service, port),
      routingNames: this.#routingNames,
      fieldNames: this.#fieldNames,
      vary: toVary(this.#snapshot.fieldNames),
    };
  }
}

function toRoutingNames({ fieldNames }: Snapshot): ReadonlySet<string> {
  return new Set([...fieldNames, hopHeader]);
}
