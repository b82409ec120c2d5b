/** A small repository that breaks a rule, and what the check must say about it. */
export interface Plant {
  /** Name of the step that must fail. */
  readonly step: string;
  /** The violation, in words. */
  readonly about: string;
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Files and folders of this repository that the plant needs as they are; `packages` brings their dependencies along. */
  readonly copies?: readonly string[];
  /** Symbolic links: path in the planted repository to path in this one. */
  readonly links?: Readonly<Record<string, string>>;
  /** Each must match what the step says. */
  readonly expect: readonly RegExp[];
}
