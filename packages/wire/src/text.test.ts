import { expect, test } from 'vitest';
import { toShownName } from './text.ts';

test('a name of elsewhere is cut to what the protocol carries, and does nothing to a terminal [wire.nameCharacters]', () => {
  expect(toShownName('n'.repeat(129))).toBe('n'.repeat(128));
  expect(toShownName('al\u001b[31mice\u202e')).toBe('al [31mice ');
});
