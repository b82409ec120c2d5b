/** What a step found. */
export type Outcome =
  /** `note` says what was looked at, so that a check of nothing is seen. */
  | { readonly t: 'passed'; readonly note: string }
  /** `output` says what is wrong and what to do. */
  | { readonly t: 'failed'; readonly output: string };

/** One check of the repository at `root`. */
export interface Step {
  readonly name: string;
  /** What it protects, for `pnpm check --help`. */
  readonly about: string;
  /** Runs with nothing beside it, as it measures time or uses every core. */
  readonly alone: boolean;
  run(root: string): Promise<Outcome>;
}

/** A passed outcome. */
export function passed(note: string): Outcome {
  return { t: 'passed', note };
}

/** A failed outcome. */
export function failed(output: string): Outcome {
  return { t: 'failed', output };
}

/** Failed with one line per finding, or passed when there is none. */
export function judge(findings: readonly string[], note: string): Outcome {
  return findings.length === 0 ? passed(note) : failed(findings.join('\n'));
}
