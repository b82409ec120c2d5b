import { readFile, writeFile } from 'node:fs/promises';
import type { FuzzCase } from './case.ts';

/** A case with what is known of it, as it stands in a file. */
export interface CaseFile {
  readonly input: FuzzCase;
  /** What was wrong, in one sentence. */
  readonly why: string;
  /** The seed that it was drawn from, before it was made smaller. */
  readonly seed: number;
}

/** Writes a case as JSON; its bytes as text, one character per byte. */
export async function writeCaseFile(path: string, { input, why, seed }: CaseFile): Promise<void> {
  const { kind, bytes, cuts, methods } = input;
  await writeFile(path, `${JSON.stringify({ why, seed, kind, text: bytes.toString('latin1'), cuts, methods }, undefined, 2)}\n`);
}

/** Reads what `writeCaseFile` wrote; throws where it is something else. */
export async function readCaseFile(path: string): Promise<CaseFile> {
  const { why, seed, kind, text, cuts, methods } = JSON.parse(await readFile(path, 'utf8')) as {
    readonly why: string;
    readonly seed: number;
    readonly kind: FuzzCase['kind'];
    readonly text: string;
    readonly cuts: readonly number[];
    readonly methods: readonly string[];
  };
  if (typeof text !== 'string' || !['request', 'response', 'frames', 'message'].includes(kind)) throw new TypeError(`${path} is no case.`);
  return { why, seed, input: { kind, bytes: Buffer.from(text, 'latin1'), cuts, methods } };
}
