import type { Condition, Match, TextMatch } from '@switchyard/contract';
import type { Evidence } from '../evidence.ts';
import { routeLimits } from '../limits.ts';
import { readTexts } from './read-texts.ts';

/** A match in words: `the path begins with /orders and the method is GET, or the header x-team is there`; empty where nothing is asked. */
export function describeMatch(match: Match): string {
  return match.map((conditions) => conditions.map(describeCondition).join(' and ')).join(', or ');
}

/** What a condition asks for, as a clause: `the header x-team is "blue"`. */
export function describeCondition(condition: Condition): string {
  switch (condition.t) {
    case 'method':
      return `the method is ${condition.method}`;
    case 'percent':
      return `the caller is among ${condition.percent} % of all`;
    case 'path':
      return `the path ${describeText(condition.text, (path) => path)}`;
    default:
      return `${toSubject(condition)} ${describeText(condition.text, quote)}`;
  }
}

/** Why a request does not meet a condition, as a clause: `the header x-team is "red", not "blue"`. */
export function describeMiss(condition: Condition, evidence: Evidence): string {
  switch (condition.t) {
    case 'method':
      return `the method is ${evidence.method}, not ${condition.method}`;
    case 'percent':
      return `the caller is not among ${condition.percent} % of all`;
    case 'path':
      return `the path is ${clip(evidence.path)}, ${describeOther(condition.text, (path) => path)}`;
    default: {
      const texts = readTexts(condition, evidence);
      if (texts.length === 0) return `${toSubject(condition)} is absent`;
      const { value: limit } = routeLimits.regexText;
      if (condition.text.t === 'regex' && texts.join('').length > limit) return `${toSubject(condition)} has more than ${limit} characters`;
      return `${toSubject(condition)} is ${texts.slice(0, 3).map(quote).join(' and ')}, ${describeOther(condition.text, quote)}`;
    }
  }
}

function toSubject({ t, name }: Extract<Condition, { readonly name: string }>): string {
  return t === 'query' ? `the query's ${name}` : `the ${t} ${name}`;
}

function describeText(text: TextMatch, show: (value: string) => string): string {
  switch (text.t) {
    case 'exact':
      return `is ${show(text.value)}`;
    case 'prefix':
      return `begins with ${show(text.value)}`;
    case 'regex':
      return `matches ${text.value}`;
    case 'present':
      return 'is there';
  }
}

function describeOther(text: TextMatch, show: (value: string) => string): string {
  switch (text.t) {
    case 'exact':
      return `not ${show(text.value)}`;
    case 'prefix':
      return `which does not begin with ${show(text.value)}`;
    case 'regex':
      return `which does not match ${text.value}`;
    case 'present':
      return 'and that is enough';
  }
}

/** A text of a request between quotation marks, as much of it as a line has room for. */
export function quote(text: string): string {
  return JSON.stringify(clip(text));
}

/** Others' bytes come to a terminal: as much of them as a line has room for, and nothing that moves the cursor. */
function clip(text: string): string {
  const shown = text.replace(/[^ -~\u00a0-\uffff]/g, '\ufffd');
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}
