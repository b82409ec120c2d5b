/** Which version of `orders` took part in an answer of `orders` or of `web`; undefined when none did. */
export function readOrdersVersion(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if ('service' in body && body.service === 'orders') return 'version' in body ? String(body.version) : undefined;
  return 'orders' in body ? readOrdersVersion(body.orders) : undefined;
}
