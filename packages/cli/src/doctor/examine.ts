import { InterceptError } from '@switchyard/contract';
import { skipped, type Check, type Finding } from './check.ts';
import type { Subject } from './subject.ts';

/** What one check found. */
export interface Result extends Finding, Pick<Check, 'id' | 'title'> {}

/** Runs all checks at once. Those whose ground is missing (no settings, no manager) are skipped: the check of that ground says why. */
export function examine(checks: readonly Check[], subject: Subject): Promise<readonly Result[]> {
  return Promise.all(
    checks.map(async ({ id, title, run }) => {
      const finding = await run(subject).catch((reason: unknown) => {
        if (!(reason instanceof InterceptError)) throw reason;
        return skipped('what it needs was not reached; see above');
      });
      return { id, title, ...finding };
    }),
  );
}
