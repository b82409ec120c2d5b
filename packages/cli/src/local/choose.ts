import { createInterface } from 'node:readline/promises';
import type { Host } from '../host.ts';

/** Lets the person at the terminal choose by number; undefined where there is none, or no such number was given. */
export async function choose(
  { stdin, stderr }: Pick<Host, 'stdin' | 'stderr'>,
  question: string,
  choices: readonly string[],
  signal: AbortSignal,
): Promise<number | undefined> {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined;
  stderr.write(`${question}\n${choices.map((choice, index) => `  ${index + 1}) ${choice}\n`).join('')}1-${choices.length}: `);
  const lines = createInterface({ input: stdin });
  try {
    const answer = Number(await lines.question('', { signal }));
    return Number.isInteger(answer) && answer >= 1 && answer <= choices.length ? answer - 1 : undefined;
  } finally {
    lines.close();
  }
}
