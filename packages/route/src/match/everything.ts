import type { Condition, Match } from '@switchyard/contract';

/** The match that every request shows: any path. Without a key, all requests are meant that no key sends elsewhere. */
export const everything: Match = [[{ t: 'path', text: { t: 'prefix', value: '/' } }]];

/** Whether a checked match has an alternative that every request meets. */
export function isEverything(match: Match): boolean {
  return match.some((conditions) => conditions.every(takesAll));
}

/** Expressions are not looked through: many take everything, and none is written for it. No request of HTTP/1.1 is without a `host`. */
function takesAll(condition: Condition): boolean {
  if (condition.t === 'percent') return condition.percent === 100;
  if (condition.t === 'header') return condition.name.toLowerCase() === 'host' && condition.text.t === 'present';
  return condition.t === 'path' && condition.text.t === 'prefix' && condition.text.value === '/';
}
