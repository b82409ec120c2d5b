import type { Host } from '../host.ts';
import { createInterface } from 'node:readline/promises';

/** Lets the person at the terminal choose by number; undefined where there is none, or no such number was given. */
export async function choose(
  { stdin, stderr }: Pick<Host, 'stdin' | 'stderr'>,
  question: string,
  choices: readonly string[],
  signal: AbortSignal,
): Promise<number | undefined> {
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  stderr.write(`${question}\n${choices.map((choice, index) => `  ${index + 1}) ${choice}\n`).join('')}`);
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answer = Number(await lines.question(`1-${choices.length}: `, { signal }));
    return Number.isInteger(answer) && answer >= 1 && answer <= choices.length ? answer - 1 : undefined;
  } finally {
    lines.close();
  }
}
