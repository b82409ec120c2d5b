import { expect, test } from 'vitest';
import { createSteps } from './steps.ts';

function show(interactive: boolean, texts: readonly string[]): readonly string[] {
  const seen: string[] = [];
  const steps = createSteps({
    interactive,
    wait: (text) => {
      seen.push(text);
      return () => seen.push(`end of ${text}`);
    },
  });
  for (const text of texts) steps.begin(text);
  steps.end();
  return seen;
}

test('on a terminal the step that goes on now is shown, each in the place of the last one', () => {
  expect(show(true, ['a', 'a', 'b', 'a'])).toEqual(['a', 'end of a', 'b', 'end of b', 'a', 'end of a']);
});

test('where lines stay, each step is said once, however several of them alternate', () => {
  expect(show(false, ['a', 'b', 'a', 'b', 'c'])).toEqual(['a', 'end of a', 'b', 'end of b', 'c', 'end of c']);
});
