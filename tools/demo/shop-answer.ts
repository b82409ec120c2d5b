/** One service that took part in an answer of the shop. */
export interface Hop {
  readonly service: string;
  readonly version: string;
}

const next = ['orders', 'payments'] as const;

/** Who took part in an answer, the one that was asked first; empty when the answer is not the shop's. */
export function readHops(body: unknown): readonly Hop[] {
  if (!isRecord(body) || typeof body['service'] !== 'string') return [];
  const hop = { service: body['service'], version: String(body['version']) };
  return [hop, ...next.flatMap((name) => readHops(body[name]))];
}

/** Which version of `orders` took part; undefined when none did. */
export function readOrdersVersion(body: unknown): string | undefined {
  return readHops(body).find(({ service }) => service === 'orders')?.version;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
