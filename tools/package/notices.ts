import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundledPackage } from './bundled-packages.ts';

async function toNotice(root: string, { name, version, license, folder }: BundledPackage): Promise<string> {
  const files = (await readdir(join(root, folder))).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(root, folder, file), 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n');
}

/** The licences of everything that is in the bundles. */
export async function createNotices(root: string, bundled: readonly BundledPackage[]): Promise<string> {
  const notices = await Promise.all(bundled.map((each) => toNotice(root, each)));
  const rule = `\n\n${'-'.repeat(78)}\n\n`;
  return `The programs of this package contain the following third-party software.${rule}${notices.join(rule)}\n`;
}
