import { findStale, generateFiles } from '../generate/generate.ts';
import { judge, type Step } from './step.ts';

/** Generated files are what the sources say. */
export const generated: Step = {
  name: 'generated',
  about: 'protocol code, LIMITS.md and the reference pages follow from the sources (fix: pnpm generate)',
  alone: false,
  run: async (root) => {
    const { files, failures } = await generateFiles(root);
    const stale = await findStale(root, files);
    return judge(
      [...failures.map(({ message }) => message), ...stale.map((file) => `${file.path} is not what its sources say: run pnpm generate`)],
      `${files.length} files`,
    );
  },
};
