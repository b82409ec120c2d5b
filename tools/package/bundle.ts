import { build, type Metafile, type Plugin } from 'esbuild';

/** The published programs: the name of each and where it starts. */
const programs: Readonly<Record<string, string>> = {
  intercept: 'packages/cli/src/main.ts',
  'switchyard-manager': 'packages/manager/src/main.ts',
};

/** What a program's file does first. The youngest built-in stands for all: where it exists, no polyfill is read. */
function toStart(entry: string): string {
  return [
    '#!/usr/bin/env node',
    "if (!('AsyncDisposableStack' in globalThis)) await import('./tools/package/older-node.ts');",
    `await import('./${entry}');`,
  ].join('\n');
}

/** Some dependencies are CommonJS and ask for Node's own modules by `require`, which an ES module does not have. */
const requireBanner = [
  "import { createRequire as switchyardCreateRequire } from 'node:module';",
  'const require = switchyardCreateRequire(import.meta.url);',
].join('\n');

/** Parts of libraries that are never used here, and would cost every start their reading. */
const unneeded: readonly { readonly path: RegExp; readonly importer: RegExp }[] = [
  // Messages in 50 languages; English comes from elsewhere.
  { path: /^\.\.\/locales\/index\.js$/, importer: /[\\/]zod[\\/]/ },
  // Reads .proto files at run time, for channelz.
  { path: /^@grpc\/proto-loader$/, importer: /[\\/]grpc-js[\\/]/ },
  // Clients for every resource type of Kubernetes, and their HTTP client, which needs a younger Node.js: only kubeconfigs are read with the library.
  { path: /^\.\/gen\/index\.js$/, importer: /[\\/]client-node[\\/]/ },
  { path: /^undici$/, importer: /[\\/]client-node[\\/]/ },
];

const startPlugin = (root: string): Plugin => ({
  name: 'start',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^start:/ }, ({ path }) => ({ path: path.slice('start:'.length), namespace: 'start' }));
    onLoad({ filter: /./, namespace: 'start' }, ({ path }) => ({ contents: toStart(path), resolveDir: root, loader: 'js' }));
  },
});

const leaveOutPlugin: Plugin = {
  name: 'leave-out',
  setup: ({ onResolve, onLoad, resolve }) => {
    for (const { path: filter, importer } of unneeded) {
      onResolve({ filter }, (args) => (importer.test(args.importer) ? { path: args.path, namespace: 'unneeded' } : undefined));
    }
    onLoad({ filter: /./, namespace: 'unneeded' }, () => ({ contents: 'module.exports = {};' }));
    // esbuild must assume that loading a library does something; here a library of which nothing is used is not loaded.
    onResolve({ filter: /^[@a-z]/ }, async ({ path, pluginData, ...args }) => {
      if (pluginData === leaveOutPlugin || args.kind !== 'import-statement' || path.startsWith('core-js/')) return undefined;
      const result = await resolve(path, { ...args, pluginData: leaveOutPlugin });
      return result.external || result.errors.length > 0 ? result : { ...result, sideEffects: false };
    });
  },
};

/** Each program is bundled by itself: parts that two programs share would be read by both as a whole. */
async function bundleProgram(root: string, outdir: string, name: string, entry: string): Promise<Metafile> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { [name]: `start:${entry}` },
    outdir,
    plugins: [startPlugin(root), leaveOutPlugin],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: `${name}/[name]-[hash]`,
    banner: { js: requireBanner },
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  if (result.warnings.length > 0) throw new Error(`esbuild warns: ${result.warnings.map((warning) => warning.text).join('; ')}`);
  return result.metafile;
}

/**
 * Bundles every program with all of its dependencies into `outdir`, so that an installation fetches nothing else.
 * What a program imports only when it needs it stays in files of its own. Names are kept, for stack traces.
 */
export async function bundlePrograms(root: string, outdir: string): Promise<readonly Metafile[]> {
  return Promise.all(Object.entries(programs).map(([name, entry]) => bundleProgram(root, outdir, name, entry)));
}
