import type { Code, InterceptError, Pipe } from '@switchyard/contract';
import { test } from 'vitest';
import { delivery } from './pipe-delivery.ts';
import { endings } from './pipe-endings.ts';

/** Two connected pipes under test. `close` releases whatever carries them. */
export interface PipePair {
  readonly a: Pipe;
  readonly b: Pipe;
  close(): Promise<void>;
}

/** What a carrier cannot do by its nature. */
export interface PipeComplianceOptions {
  /** False for a carrier whose abort is a bare signal (TCP's RST): the peer then learns some error, not the code. Default true. */
  readonly resetCarriesCode?: boolean;
}

/**
 * The tests that every implementation of the `Pipe` port has to pass, each in both directions of a fresh pair.
 * Call it at the top of a test file.
 */
export function pipeCompliance(name: string, openPair: () => Promise<PipePair>, options: PipeComplianceOptions = {}): void {
  const isResetWith = (error: InterceptError | undefined, code: Code): boolean =>
    options.resetCarriesCode === false ? error !== undefined : error?.code === code;
  for (const [title, run] of Object.entries({ ...delivery, ...endings })) {
    for (const way of ['a to b', 'b to a']) {
      test(`${name}: ${title} (${way})`, { timeout: 20_000 }, async () => {
        const pair = await openPair();
        try {
          await run(way === 'a to b' ? { a: pair.a, b: pair.b, isResetWith } : { a: pair.b, b: pair.a, isResetWith });
        } finally {
          await pair.close();
        }
      });
    }
  }
}
