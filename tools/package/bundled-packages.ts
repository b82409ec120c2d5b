import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A third-party package of which something is in the bundles. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Where it is installed, from the root. */
  readonly folder: string;
}

/** The packages of which something is in the bundles, by folder. Throws where one names no licence. */
export async function listBundledPackages(root: string, metafiles: readonly Metafile[]): Promise<readonly BundledPackage[]> {
  return await Promise.all(listFolders(metafiles).map((folder) => readPackage(root, folder)));
}

function listFolders(metafiles: readonly Metafile[]): readonly string[] {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const used = outputs.flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, input]) => input.bytesInOutput > 0)
      .map(([path]) => path),
  );
  const folders = used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

async function readPackage(root: string, folder: string): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Omit<Partial<BundledPackage>, 'folder'>;
  const { name = folder, version = '', license } = manifest;
  if (license === undefined) throw new Error(`${name} ${version} names no licence: it cannot be shipped.`);
  return { name, version, license, folder };
}
