import { InterceptError, type Condition, type Match, type TextMatch } from '@switchyard/contract';
import { isToken, messageHeaders } from '../header-names.ts';
import { routeLimits } from '../limits.ts';
import { keyMember, keyQuery } from '../names.ts';
import { compileMatch } from './compile-match.ts';

/**
 * Checks what somebody wants to match, and returns it in the form that rules have: header names in lower case, no slash at the end of a
 * path's prefix. Throws `bad_usage`: a bound of `LIMITS.md`, a name that cannot be one, a text that could never match, an expression that
 * is none.
 */
export function checkMatch(match: Match): Match {
  const { matchAlternatives, matchConditions, matchRegexes } = routeLimits;
  if (match.length > matchAlternatives.value) {
    throw refusal(`A match has ${match.length} alternatives, and at most ${matchAlternatives.value} are allowed.`);
  }
  const regexes = match.flat().filter((condition) => 'text' in condition && condition.text.t === 'regex').length;
  if (regexes > matchRegexes.value) {
    throw refusal(`A match has ${regexes} regular expressions, and at most ${matchRegexes.value} are allowed.`);
  }
  const checked = match.map((conditions) => {
    if (conditions.length === 0) throw refusal('An alternative of a match has no condition, so it would match every request.');
    if (conditions.length > matchConditions.value) {
      throw refusal(`An alternative of a match has ${conditions.length} conditions, and at most ${matchConditions.value} are allowed.`);
    }
    const methods = new Set(conditions.flatMap((condition) => (condition.t === 'method' ? [condition.method] : [])));
    if (methods.size > 1) {
      throw refusal(`No request has the methods ${[...methods].join(' and ')} at once.`, 'Make each of them an alternative of its own.');
    }
    return conditions.map(checkCondition);
  });
  compileMatch(checked);
  return checked;
}

function checkCondition(condition: Condition): Condition {
  switch (condition.t) {
    case 'header':
      return { ...condition, name: checkHeaderName(condition.name), text: checkTrimmed(condition.text, `header ${condition.name}`) };
    case 'query':
      if (condition.name === keyQuery) throw keyRefusal(`the query's ${keyQuery}`);
      return { ...condition, name: checkName(condition.name, 'query'), text: checkText(condition.text, `query's ${condition.name}`) };
    case 'cookie':
      if (condition.name === keyMember) throw keyRefusal(`the cookie ${keyMember}`);
      if (!isToken(condition.name)) throw refusal(`"${condition.name}" is not the name of a cookie.`);
      return { ...condition, name: checkName(condition.name, 'cookie'), text: checkTrimmed(condition.text, `cookie ${condition.name}`) };
    case 'path':
      return { ...condition, text: checkPath(condition.text) };
    case 'method':
      if (!isToken(condition.method) || condition.method.length > routeLimits.matchValue.value) {
        throw refusal(`"${condition.method}" is not a method.`, 'Methods are words such as GET.');
      }
      return condition;
    case 'percent':
      if (!(condition.percent >= 0.01 && condition.percent <= 100)) {
        throw refusal(`${condition.percent} is not a share of the requests.`, 'A share is a number from 0.01 to 100.');
      }
      return condition;
  }
}

function checkHeaderName(text: string): string {
  const name = checkName(text, 'header').toLowerCase();
  if (!isToken(name)) throw refusal(`"${text}" is not the name of a header.`);
  if (name.startsWith('x-intercept-')) throw keyRefusal(`the header ${name}`);
  if (messageHeaders.has(name)) throw refusal(`The header ${name} shapes the message itself, so it cannot choose who gets it.`);
  return name;
}

function checkName(name: string, what: string): string {
  if (name === '') throw refusal(`A condition about a ${what} names none.`);
  return checkCharacters(name, `name of a ${what}`);
}

function checkText(text: TextMatch, what: string): TextMatch {
  if (text.t === 'present') return text;
  if (text.value === '' && text.t !== 'exact') {
    throw refusal(
      `The condition about the ${what} is empty, so it says nothing.`,
      'To ask only whether it is there, name it without a value.',
    );
  }
  checkCharacters(text.value, `condition about the ${what}`);
  return text;
}

/** Spaces around a value are not a part of it. */
function checkTrimmed(text: TextMatch, what: string): TextMatch {
  checkText(text, what);
  if ((text.t === 'exact' && text.value.trim() !== text.value) || (text.t === 'prefix' && text.value.startsWith(' '))) {
    throw refusal(`The condition about the ${what} asks for a space at the edge of its value, where no request has one.`);
  }
  return text;
}

function checkPath(text: TextMatch): TextMatch {
  if (text.t === 'present') throw refusal('Every request has a path, so a condition about it has to say which.');
  checkText(text, 'path');
  if (text.t === 'regex') return text;
  if (!text.value.startsWith('/') || text.value.includes('?') || !isAscii(text.value)) {
    throw refusal(
      `"${text.value}" is not a path as requests have it.`,
      'Begin it with "/", leave the query out, and write other characters percent-encoded, as they are sent ("/caf%C3%A9").',
    );
  }
  // Below `/orders/` is below `/orders`: two spellings of one prefix.
  return text.t === 'prefix' ? { t: 'prefix', value: text.value.replace(/\/+$/, '') || '/' } : text;
}

function checkCharacters(text: string, what: string): string {
  const { value: limit } = routeLimits.matchValue;
  if (text.length > limit) throw refusal(`The ${what} has ${text.length} characters, and at most ${limit} are allowed.`);
  // As the protocol has it, whose receivers show it to people.
  if (/\p{C}/u.test(text)) throw refusal(`The ${what} holds a control character, or one that nobody sees.`);
  return text;
}

function isAscii(text: string): boolean {
  return /^[!-~]*$/.test(text);
}

function keyRefusal(what: string): InterceptError {
  return refusal(`A match cannot ask for ${what}, which is Switchyard's own.`, 'Give the intercept a key instead (--key).');
}

function refusal(message: string, hint?: string): InterceptError {
  return new InterceptError('bad_usage', message, hint === undefined ? {} : { hint });
}
