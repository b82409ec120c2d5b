import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { isTestCluster, root } from './cluster.ts';
import { must } from '../../../tools/process/run.ts';

/** The images that the suite runs: ours, and the one with the shop and the test's own programs. */
export interface Images {
  readonly switchyard: string;
  readonly programs: string;
}

/** By which variables a person names images that another kind of cluster has already. */
const named: Images = {
  switchyard: process.env['E2E_IMAGE'] ?? 'localhost/switchyard:dev',
  programs: process.env['E2E_PROGRAMS_IMAGE'] ?? 'localhost/switchyard-e2e:1',
};

/** The images' names. */
export const images: Images = named;

/** Builds the images and puts them into the test cluster. On another cluster they have to be there. */
export async function loadImages(): Promise<void> {
  if (!isTestCluster()) return;
  await must(node, ['tools/package/main.ts'], { cwd: root });
  await load(images.switchyard, ['node', '/app/switchyard-manager.js'], 'dist:/app');
  await load(images.programs, ['node', '/e2e/idle.ts'], 'examples/shop:/app', 'test/e2e/programs:/e2e', 'dist:/switchyard');
}

/** Builds the image of a next version, which differs in nothing but its number, and puts it into the test cluster. */
export async function loadNextVersion(): Promise<{ readonly image: string; readonly version: string }> {
  const { version: now } = JSON.parse(await readFile(join(root, 'packages/manager/package.json'), 'utf8')) as { version: string };
  const next = { image: `${images.switchyard}-next`, version: `${now}-next` };
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-next-'));
  try {
    await cp(join(root, 'dist'), folder, { recursive: true });
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));
    for (const path of files.map((name) => join(folder, name)))
      await writeFile(path, (await readFile(path, 'utf8')).replaceAll(`version:"${now}"`, `version:"${next.version}"`));
    await load(next.image, ['node', '/app/switchyard-manager.js'], `${folder}:/app`);
    return next;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const node = join(root, 'node_modules/node/bin/node');

async function load(image: string, command: readonly string[], ...layers: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-images-'));
  const archive = join(folder, 'image.tar');
  try {
    const options = { cwd: root };
    await must(
      join(root, 'test/cluster/make-image'),
      ['-o', archive, image, `${node}:/usr/local/bin/node`, ...layers, '--', ...command],
      options,
    );
    await must(join(root, 'test/cluster/load-image'), [archive]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
