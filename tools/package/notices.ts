import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The folders of the third-party packages of which something is in the bundle. */
function listBundledPackages(metafiles: readonly Metafile[]): readonly string[] {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const used = outputs.flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, input]) => input.bytesInOutput > 0)
      .map(([path]) => path),
  );
  const folders = used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

async function toNotice(root: string, folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  if (license === undefined) throw new Error(`${name} ${version} names no licence: it cannot be shipped.`);
  const files = (await readdir(join(root, folder))).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(root, folder, file), 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n');
}

/** The licences of everything that is in the bundle. */
export async function createNotices(root: string, metafiles: readonly Metafile[]): Promise<string> {
  const notices = await Promise.all(listBundledPackages(metafiles).map((folder) => toNotice(root, folder)));
  const rule = `\n\n${'-'.repeat(78)}\n\n`;
  return `The programs of this package contain the following third-party software.${rule}${notices.join(rule)}\n`;
}
