import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The published programs: the name of each and where it starts. */
export const programs: Readonly<Record<string, string>> = {
  intercept: 'packages/cli/src/main.ts',
  'switchyard-manager': 'packages/manager/src/main.ts',
};

/** Some dependencies are CommonJS and ask for Node's own modules by `require`, which an ES module does not have. */
const requireBanner = [
  "import { createRequire as switchyardCreateRequire } from 'node:module';",
  'const require = switchyardCreateRequire(import.meta.url);',
].join('\n');

/**
 * Bundles every program with all of its dependencies into `outdir`, so that an installation fetches nothing else.
 * Parts that a command does not need stay in files of their own and are not read. Names are kept, for stack traces.
 */
export async function bundlePrograms(root: string, outdir: string): Promise<Metafile> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: programs,
    outdir,
    inject: [join(import.meta.dirname, 'polyfills.ts')],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'parts/[name]-[hash]',
    banner: { js: requireBanner },
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  if (result.warnings.length > 0) throw new Error(`esbuild warns: ${result.warnings.map((warning) => warning.text).join('; ')}`);
  for (const name of Object.keys(programs)) await assertExecutable(join(root, outdir, `${name}.js`));
  return result.metafile;
}

async function assertExecutable(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!text.startsWith('#!/usr/bin/env node\n'))
    throw new Error(`${path} does not begin with "#!/usr/bin/env node": begin its main.ts with it.`);
}
