import { InterceptError } from '@switchyard/contract';
import { wireLimits } from './limits.ts';

const printable = /^\P{C}*$/u;

/** `text` where it has at most `limit` characters and nothing that a terminal acts on; throws `bad_usage` otherwise. */
export function parseText(name: string, text: string, limit: number): string {
  if (text.length > limit || !printable.test(text)) {
    throw new InterceptError('bad_usage', `The ${name} must be printable and have at most ${limit} characters.`);
  }
  return text;
}

/** The name of an owner; throws `bad_usage` where it is empty, long or not printable. */
export function parseOwner(text: string): string {
  if (text === '') throw new InterceptError('bad_usage', 'The owner must not be empty.');
  return parseText('owner', text, wireLimits.nameCharacters.value);
}

/**
 * The token of an `authorization` header (RFC 6750 section 2.1); undefined where it holds none, or one that is longer than a token may be.
 */
export function readBearer(authorization: string): string | undefined {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return token !== undefined && token.length <= wireLimits.tokenCharacters.value ? token : undefined;
}

/** `text` made safe to show: control characters become spaces, what is over `limit` characters is cut. For what only people read. */
export function toShown(text: string, limit: number): string {
  return text.slice(0, limit).replace(/\p{C}/gu, ' ');
}

/** A name that comes from elsewhere, of a user or a machine, as the protocol carries it: made safe to show, and cut to `nameCharacters`. */
export function toShownName(name: string): string {
  return toShown(name, wireLimits.nameCharacters.value);
}
