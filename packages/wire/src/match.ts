import { toBinary, create, type MessageInitShape } from '@bufbuild/protobuf';
import { InterceptError, type Condition, type Match, type TextMatch } from '@switchyard/contract';
import {
  MatchSchema,
  type Condition as ProtoCondition,
  type ConditionSchema,
  type Match as ProtoMatch,
  type NamedText,
  type TextMatch as ProtoText,
  type TextMatchSchema,
} from './generated/switchyard/types/v1/types_pb.ts';
import { wireLimits } from './limits.ts';
import { parseText } from './text.ts';

/** A match for the wire, however long: what comes from elsewhere is held to `refuseLongMatch` before it gets here. */
export function toMatch(match: Match): MessageInitShape<typeof MatchSchema> {
  return { anyOf: match.map((conditions) => ({ conditions: conditions.map(toCondition) })) };
}

/** Throws `bad_usage` where `match` is longer than a receiver takes. */
export function refuseLongMatch(match: Match): void {
  refuseLong(toBinary(MatchSchema, create(MatchSchema, toMatch(match))).length);
}

function toCondition(condition: Condition): MessageInitShape<typeof ConditionSchema> {
  switch (condition.t) {
    case 'header':
    case 'query':
    case 'cookie':
      return { condition: { case: condition.t, value: { name: condition.name, text: toText(condition.text) } } };
    case 'path':
      return { condition: { case: 'path', value: toText(condition.text) } };
    case 'method':
      return { condition: { case: 'method', value: condition.method } };
    case 'percent':
      return { condition: { case: 'percent', value: condition.percent } };
  }
}

function toText(text: TextMatch): MessageInitShape<typeof TextMatchSchema> {
  return { text: text.t === 'present' ? { case: 'present', value: {} } : { case: text.t, value: text.value } };
}

/**
 * A peer's match, its shape checked; what it says is the router's to check. Throws `bad_usage` for a condition that this version does not
 * know: one that was passed over would catch the requests of others.
 */
export function fromMatch(match: ProtoMatch | undefined): Match {
  if (match === undefined) return [];
  refuseLong(toBinary(MatchSchema, match).length);
  return match.anyOf.map(({ conditions }) => {
    if (conditions.length > 0) return conditions.map(fromCondition);
    throw new InterceptError('bad_usage', 'An alternative of the match has no condition, so that every request would be its own.');
  });
}

function fromCondition({ condition, $unknown: unknown }: ProtoCondition): Condition {
  switch (condition.case) {
    case 'header':
    case 'query':
    case 'cookie':
      return { t: condition.case, ...fromNamed(condition.value) };
    case 'path':
      return { t: 'path', text: fromText(condition.value) };
    case 'method':
      return { t: 'method', method: parseShort(condition.value) };
    case 'percent':
      return { t: 'percent', percent: condition.value };
    case undefined:
      throw toUnknown('condition', unknown?.[0]?.no);
  }
}

function fromNamed({ name, text }: NamedText): { readonly name: string; readonly text: TextMatch } {
  return { name: parseShort(name), text: fromText(text) };
}

function fromText(message: ProtoText | undefined): TextMatch {
  const text = message?.text;
  switch (text?.case) {
    case 'exact':
    case 'prefix':
    case 'regex':
      return { t: text.case, value: parseShort(text.value) };
    case 'present':
      return { t: 'present' };
    case undefined:
      throw toUnknown('way to compare a text', message?.$unknown?.[0]?.no);
  }
}

/** People see it in their terminals. */
function parseShort(text: string): string {
  return parseText('match', text, wireLimits.matchBytes.value);
}

function refuseLong(bytes: number): void {
  const { matchBytes } = wireLimits;
  if (bytes <= matchBytes.value) return;
  throw new InterceptError('bad_usage', `The match has ${bytes} bytes as a message, and at most ${matchBytes.value} are allowed.`, {
    hint: 'Match fewer or shorter texts.',
  });
}

function toUnknown(what: string, field: number | undefined): InterceptError {
  if (field === undefined) return new InterceptError('bad_usage', `A ${what} in the match says nothing.`);
  return new InterceptError('bad_usage', `The match has a ${what} (number ${field}) that version 2 of the protocol does not know.`, {
    hint: 'Leave it out, or use a newer manager.',
  });
}
