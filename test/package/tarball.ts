import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

/** The published programs, installed the way a user does it into a folder with nothing else. */
export interface Installation extends AsyncDisposable {
  readonly tarball: string;
  /** Holds `intercept` and `switchyard-manager`. */
  readonly bin: string;
  /** The installed package. */
  readonly folder: string;
}

/** Packs this repository and installs the tarball, without the network. Removes everything on disposal. */
export async function openInstallation(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-package-'));
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  try {
    await run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', folder], { cwd: root });
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('pnpm pack gave no tarball.');
    const prefix = join(folder, 'prefix');
    await run('npm', ['install', '--global', '--offline', '--no-audit', '--no-fund', '--prefix', prefix, join(folder, tarball)], {
      cwd: folder,
    });
    return {
      tarball: join(folder, tarball),
      bin: join(prefix, 'bin'),
      folder: join(prefix, 'lib/node_modules/switchyard'),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A Node.js that can run the programs. */
export interface NodeRelease {
  readonly path: string;
  readonly version: string;
}

/** This process's Node.js, and the one that the machine has besides, when it is new enough and another release. */
export async function listNodeReleases(): Promise<readonly NodeRelease[]> {
  const own = { path: process.execPath, version: process.versions.node };
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  for (const folder of folders) {
    const path = join(folder, 'node');
    const version = await run(path, ['-p', 'process.versions.node']).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (version === undefined) continue;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const supported = major > 20 || (major === 20 && minor >= 19);
    return supported && version !== own.version ? [own, { path, version }] : [own];
  }
  return [own];
}
