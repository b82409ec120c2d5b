/** A file whose text follows from the sources. Never edited by hand. */
export interface GeneratedFile {
  /** Relative to the repository. */
  readonly path: string;
  /** Undefined where no file of this path may be left. */
  readonly text: string | undefined;
}

/** Makes files from the sources of the repository at `root`; writes nothing. */
export type Generator = (root: string) => Promise<readonly GeneratedFile[]>;

/** The line that every generated Markdown page begins with, after its heading. */
export function generatedNote(source: string): string {
  return `<!-- Generated from ${source} by \`pnpm generate\`; do not edit. -->`;
}
