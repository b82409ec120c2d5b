import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runTool } from '../check/command.ts';
import { generateCommandLine } from './command-line.ts';
import { generateErrors } from './errors.ts';
import type { GeneratedFile, Generator } from './generated-file.ts';
import { generateLimits } from './limits.ts';
import { generateManagerFile } from './manager-file.ts';
import { generateManifests } from './manifests.ts';
import { generateMetrics } from './metrics.ts';
import { generatePermissions } from './permissions.ts';
import { generateProto } from './proto.ts';
import { generateSchemas } from './schemas.ts';

const generators: readonly Generator[] = [
  generateLimits,
  generateErrors,
  generateCommandLine,
  generateManagerFile,
  generateMetrics,
  generateSchemas,
  generateProto,
  generateManifests,
  generatePermissions,
];

/** As `pnpm format` would leave it; protocol code is left as protoc-gen-es writes it, and manifests as helm does. */
async function format(root: string, file: GeneratedFile): Promise<GeneratedFile> {
  if (file.text === undefined || file.path.includes('/generated/') || file.path.startsWith('deploy/')) return file;
  const result = await runTool('oxfmt', ['--stdin-filepath', file.path], { cwd: root, input: file.text });
  if (result.exitCode !== 0) throw new Error(`oxfmt refuses the generated ${file.path}: ${result.stderr}`);
  return { ...file, text: result.stdout };
}

/** What the generators made, and what those said that could not. */
export interface Generation {
  readonly files: readonly GeneratedFile[];
  readonly failures: readonly Error[];
}

/** Every generated file as it should be. */
export async function generateFiles(root: string): Promise<Generation> {
  const results = await Promise.allSettled(generators.map((generate) => generate(root)));
  const files = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? toError(result.reason) : []));
  return { files: await Promise.all(files.map((file) => format(root, file))), failures };
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Those of `files` that are not on disk with the same text. */
export async function findStale(root: string, files: readonly GeneratedFile[]): Promise<readonly GeneratedFile[]> {
  const stale = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(root, file.path), 'utf8').catch(() => undefined);
      return text === file.text ? [] : [file];
    }),
  );
  return stale.flat();
}

/** Puts `files` in their place. */
export async function writeFiles(root: string, files: readonly GeneratedFile[]): Promise<void> {
  for (const { path, text } of files) {
    if (text === undefined) {
      await rm(join(root, path));
    } else {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }
}
