import type { Answer } from './kept-connection.ts';
import { readOrdersVersion } from './orders-version.ts';
import type { Ask } from './steps.ts';

/** What came back, in words, and whether it was what had to come. */
export interface Verdict {
  readonly right: boolean;
  readonly words: string;
}

/** Judges an answer. */
export function judge({ expect }: Ask, { status, headers, body }: Answer): Verdict {
  const orders = readOrdersVersion(body);
  const error = headers['x-intercept-error'];
  const notes = ['x-intercept-error', 'x-intercept-status', 'x-intercept-served-by'].flatMap((name) =>
    headers[name] === undefined ? [] : [`${name}: ${String(headers[name])}`],
  );
  const right = 'orders' in expect ? status === 200 && orders === expect.orders : status === expect.status && error === expect.error;
  return { right, words: [orders === undefined ? `no orders` : `orders: ${orders}`, String(status), ...notes].join('  ') };
}

/** What had to come, in words. */
export function toExpectation({ expect }: Ask): string {
  return 'orders' in expect ? `orders: ${expect.orders}` : `${expect.status} ${expect.error}`;
}
