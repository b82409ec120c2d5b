/** One header line of a request that may carry a key. */
export interface Field {
  /** Lower case. */
  readonly name: string;
  /** One character per byte (latin1), without surrounding spaces and tabs. */
  readonly value: string;
  /** Index of the header line in the head. */
  readonly line: number;
}

/** All that a decision may look at. */
export interface Evidence {
  /** The lines whose names are in `Snapshot.fieldNames`, in order of appearance. */
  readonly fields: readonly Field[];
  /** What follows the `?` of the request target, as it came; undefined without one. */
  readonly query: string | undefined;
}
