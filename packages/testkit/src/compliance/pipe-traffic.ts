import type { Code, InterceptError, Pipe } from '@switchyard/contract';
import { createRandom } from '../random.ts';
import type { PipeRecord } from '../record-pipe.ts';
import { until } from '../until.ts';

/** What a case gets. */
export interface Ends {
  readonly a: Pipe;
  readonly b: Pipe;
  /** Whether `error` is what the peer of a reset with `code` must get. */
  readonly isResetWith: (error: InterceptError | undefined, code: Code) => boolean;
}

/** Cases by title. */
export type PipeCases = Readonly<Record<string, (ends: Ends) => Promise<void>>>;

/** No carrier may let a paused peer's sender pile up more than this before `write` says stop. */
export const boundBytes: number = 32 * 1024 * 1024;

/** Lets every event that is under way arrive: for checks that something does not happen. */
export async function quiet(ms = 20): Promise<void> {
  const end = performance.now() + ms;
  await until(() => performance.now() >= end);
}

/** `length` bytes that a seed decides. */
export function noise(length: number, seed: number): Buffer {
  const random = createRandom(seed);
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = random() * 0x1_0000_0000;
  return Buffer.from(words.buffer, 0, length);
}

/**
 * Writes `piece` again and again until the pipe says stop and stays full (a carrier first takes bytes away into the
 * system's buffers or the first window); gives the bytes written.
 */
export async function fill(pipe: Pipe, piece: Buffer, record: PipeRecord): Promise<number> {
  let written = 0;
  while (written <= boundBytes) {
    const drains = record.count('drain');
    const accepted = pipe.write(piece);
    written += piece.length;
    if (accepted) continue;
    const end = performance.now() + 40;
    await until(() => record.count('drain') > drains || performance.now() >= end);
    if (record.count('drain') === drains) break;
  }
  return written;
}

/** Writes all of `bytes` in pieces, waiting for `onDrain` whenever the pipe asks for it. */
export async function sendAll(pipe: Pipe, bytes: Buffer, record: PipeRecord, pieceBytes = 50_000): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const drains = record.count('drain');
    if (!pipe.write(bytes.subarray(at, at + pieceBytes))) {
      await until(() => record.count('drain') > drains, { about: 'a drain after a refused write' });
    }
  }
}
