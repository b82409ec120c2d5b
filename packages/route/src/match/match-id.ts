import { hash } from 'node:crypto';
import type { Condition, Match } from '@switchyard/contract';

/**
 * Names what a match asks for, in 16 hexadecimal digits: the same for two matches that differ only in the order of their conditions and
 * alternatives, in repetitions, in the case of header names, or in the size of a percentage. So a share that is raised stays the same
 * intercept, and keeps who was in it.
 */
export function toMatchId(match: Match): string {
  const alternatives = match.map((conditions) => JSON.stringify(toSortedSet(conditions.map(toCanonical))));
  return hash('sha256', JSON.stringify(toSortedSet(alternatives))).slice(0, 16);
}

function toCanonical(condition: Condition): string {
  switch (condition.t) {
    case 'header':
      return JSON.stringify([condition.t, condition.name.toLowerCase(), ...toText(condition.text)]);
    case 'query':
    case 'cookie':
      return JSON.stringify([condition.t, condition.name, ...toText(condition.text)]);
    case 'path':
      return JSON.stringify([condition.t, ...toText(condition.text)]);
    case 'method':
      return JSON.stringify([condition.t, condition.method]);
    case 'percent':
      return JSON.stringify([condition.t]);
  }
}

function toText(text: Extract<Condition, { t: 'path' }>['text']): readonly string[] {
  return text.t === 'present' ? [text.t] : [text.t, text.value];
}

function toSortedSet(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted();
}
