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
  readonly method: string;
  /** The path of the request target, as it came: `/orders`; `*` where the whole server is asked. */
  readonly path: string;
  /** The lines whose names are in `PortTable.fieldNames`, in order of appearance. */
  readonly fields: readonly Field[];
  /** What follows the `?` of the request target, as it came; undefined without one. */
  readonly query: string | undefined;
  /** IP address of the caller. */
  readonly clientAddress: string;
}

/** The path and the query of a request target: `/orders?a=1`, `*`, or absolute as in `http://orders/?a=1` (RFC 9112 section 3.2). */
export function splitTarget(target: string): Pick<Evidence, 'path' | 'query'> {
  const mark = target.indexOf('?');
  const query = mark === -1 ? undefined : target.slice(mark + 1);
  const whole = mark === -1 ? target : target.slice(0, mark);
  if (whole.startsWith('/') || whole === '*') return { path: whole, query };
  const slash = whole.indexOf('/', whole.indexOf('://') + 3);
  return { path: slash === -1 ? '/' : whole.slice(slash), query };
}
