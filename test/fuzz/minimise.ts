import type { FuzzCase } from './case.ts';

/** The smallest case found that still fails, as long as it may go on: bytes are left out in halves, quarters and so on, then cuts. */
export async function minimise(
  input: FuzzCase,
  fails: (candidate: FuzzCase) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<FuzzCase> {
  let smallest = input;
  const keepIfFailing = async (candidate: FuzzCase): Promise<boolean> => {
    if (!mayGoOn() || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  await keepIfFailing({ ...smallest, cuts: [] });
  for (let length = Math.ceil(smallest.bytes.length / 2); length > 0; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = 0; at < smallest.bytes.length;) if (!(await keepIfFailing(without(smallest, at, length)))) at += length;
  }
  for (const cut of smallest.cuts) await keepIfFailing({ ...smallest, cuts: smallest.cuts.filter((other) => other !== cut) });
  return smallest;
}

function without(input: FuzzCase, at: number, length: number): FuzzCase {
  const bytes = Buffer.concat([input.bytes.subarray(0, at), input.bytes.subarray(at + length)]);
  const cuts = input.cuts.filter((cut) => cut <= at || cut > at + length).map((cut) => (cut > at ? cut - length : cut));
  return { ...input, bytes, cuts };
}
