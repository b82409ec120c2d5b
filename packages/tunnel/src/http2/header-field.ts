/** Name, in lower case, and value. */
export type HeaderField = readonly [name: string, value: string];

/** A head or trailer, in order; names may repeat. */
export type HeaderList = readonly HeaderField[];

/** The first value of `name`. */
export function findHeader(headers: HeaderList, name: string): string | undefined {
  for (const [each, value] of headers) if (each === name) return value;
  return undefined;
}
