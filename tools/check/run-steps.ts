import type { Outcome, Step } from './step.ts';

/** What became of one step. */
export interface StepResult {
  readonly step: Step;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

async function runStep(step: Step, root: string): Promise<StepResult> {
  const startedAt = performance.now();
  const outcome = await step
    .run(root)
    .catch((error: unknown): Outcome => ({ t: 'failed', output: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
  return { step, outcome, durationMs: performance.now() - startedAt };
}

/** Runs the steps, `width` at a time, then those that run alone; tells each result as it comes. */
export async function runSteps(
  steps: readonly Step[],
  root: string,
  options: { readonly width: number; readonly onResult: (result: StepResult) => void },
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const take = async (queue: Step[]): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const result = await runStep(step, root);
      results.push(result);
      options.onResult(result);
    }
  };
  const together = steps.filter((step) => !step.alone);
  await Promise.all(Array.from({ length: options.width }, async () => await take(together)));
  await take(steps.filter((step) => step.alone));
  return results;
}
