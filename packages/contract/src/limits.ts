/** One bound that protects memory or time. `LIMITS.md` is generated from these. */
export interface Limit {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 'count';
  /** What is bounded and what happens at the bound: one or two sentences for the person who runs into it. */
  readonly about: string;
}

/**
 * The bounds of one package. Each package that has any exports one such table from `src/limits.ts`:
 *
 *     export const routerLimits: LimitTable<'headBytes' | 'headTimeoutMs'> = { headBytes: { value: 64 * 1024, ... }, ... };
 */
export type LimitTable<Name extends string = string> = Readonly<Record<Name, Limit>>;

/** The plain numbers of a table: what code takes as its options. */
export type LimitValues<Table extends LimitTable> = { readonly [Name in keyof Table]: number };

/** The numbers of `table`, with `overrides` in the place of its defaults. */
export function toLimitValues<Name extends string>(
  table: LimitTable<Name>,
  overrides: Partial<LimitValues<LimitTable<Name>>> = {},
): LimitValues<LimitTable<Name>> {
  const values: Partial<Record<Name, number>> = {};
  for (const name in table) values[name] = overrides[name] ?? table[name].value;
  return values as Record<Name, number>;
}
