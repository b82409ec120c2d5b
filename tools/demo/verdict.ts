import type { Answer } from './kept-connection.ts';
import { readHops, readOrdersVersion } from './shop-answer.ts';
import type { Ask } from './steps.ts';

/** What came back, in words, and whether it was what had to come. */
export interface Verdict {
  readonly right: boolean;
  readonly words: string;
}

/** Judges an answer. */
export function judge({ expect }: Ask, { status, headers, body }: Answer): Verdict {
  const hops = readHops(body).map(({ service, version }) => `${service} ${version}`);
  const error = headers['x-intercept-error'];
  const notes = ['x-intercept-error', 'x-intercept-status', 'x-intercept-served-by'].flatMap((name) =>
    headers[name] === undefined ? [] : [`${name}: ${String(headers[name])}`],
  );
  const right =
    'orders' in expect ? status === 200 && readOrdersVersion(body) === expect.orders : status === expect.status && error === expect.error;
  return { right, words: [`${status} ${hops.join(' → ')}`.trimEnd(), ...notes].join('  ') };
}

/** What had to come, in words. */
export function toExpectation({ expect }: Ask): string {
  return 'orders' in expect ? `200 from orders ${expect.orders}` : `${expect.status} ${expect.error}`;
}
