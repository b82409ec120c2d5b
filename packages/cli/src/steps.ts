import type { Output } from './output.ts';

/** What the person sees while something takes its time, step by step. */
export interface Steps {
  /** Shows the step that has begun. Where lines stay, a step that stands there already is not said again. */
  begin(text: string): void;
  /** Shows that nothing is waited for any more. */
  end(): void;
}

/** Creates the steps of one undertaking. The caller ends them. */
export function createSteps(output: Pick<Output, 'interactive' | 'wait'>): Steps {
  const said = new Set<string>();
  let current = '';
  let stop: (() => void) | undefined;
  return {
    begin(text) {
      if (text === current || (!output.interactive && said.has(text))) return;
      said.add(text);
      current = text;
      stop?.();
      stop = output.wait(text);
    },
    end() {
      stop?.();
      stop = undefined;
    },
  };
}
