import { InterceptError } from '@switchyard/contract';

const printable = /^\P{C}*$/u;

/** `text` where it has at most `limit` characters and nothing that a terminal acts on; throws `bad_usage` otherwise. */
export function parseText(name: string, text: string, limit: number): string {
  if (text.length > limit || !printable.test(text)) {
    throw new InterceptError('bad_usage', `The ${name} must be printable and have at most ${limit} characters.`);
  }
  return text;
}

/** As `parseText`, and not empty. */
export function parseName(name: string, text: string, limit: number): string {
  if (text === '') throw new InterceptError('bad_usage', `The ${name} must not be empty.`);
  return parseText(name, text, limit);
}

/** `text` made safe to show: control characters become spaces, what is over `limit` characters is cut. For what only people read. */
export function toShown(text: string, limit: number): string {
  return text.slice(0, limit).replace(/\p{C}/gu, ' ');
}
