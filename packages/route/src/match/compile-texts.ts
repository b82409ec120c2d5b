import type { TextMatch } from '@switchyard/contract';
import { routeLimits } from '../limits.ts';
import { compileRegex } from './regex.ts';

/** Whether any of some texts matches. */
export type TextsTest = (texts: readonly string[]) => boolean;

/**
 * Makes a comparison ready for the texts of a request, which have one character per byte. Throws `bad_usage` for an expression that is
 * none.
 */
export function compileTexts(text: TextMatch): TextsTest {
  switch (text.t) {
    case 'exact': {
      const value = toBytes(text.value);
      return (texts) => texts.includes(value);
    }
    case 'prefix': {
      const value = toBytes(text.value);
      return (texts) => texts.some((one) => one.startsWith(value));
    }
    case 'regex': {
      const matches = compileRegex(text.value);
      const { value: limit } = routeLimits.regexText;
      return (texts) => countCharacters(texts) <= limit && texts.some(matches);
    }
    case 'present':
      return (texts) => texts.length > 0;
  }
}

/** What a person wrote, as a request carries it: one character per byte of UTF-8. */
function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function countCharacters(texts: readonly string[]): number {
  let count = 0;
  for (const text of texts) count += text.length;
  return count;
}
