import { findStale, generateFiles } from '../generate/generate.ts';
import { failed, judge, type Step } from './step.ts';

/** Generated files are what the sources say. */
export const generated: Step = {
  name: 'generated',
  about: 'protocol code, LIMITS.md and the reference pages follow from the sources (fix: pnpm generate)',
  alone: false,
  run: async (root) => {
    let files: Awaited<ReturnType<typeof generateFiles>>;
    try {
      files = await generateFiles(root);
    } catch (error) {
      // A changed chart where the program that reads charts is missing, say: what is on disk is not known to be right.
      return failed(error instanceof Error ? error.message : String(error));
    }
    const stale = await findStale(root, files);
    return judge(
      stale.map((file) => `${file.path} is not what its sources say: run pnpm generate`),
      `${files.length} files`,
    );
  },
};
