import { mkdtemp, rm } from 'node:fs/promises';
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
  const node = join(root, 'node_modules/node/bin/node');
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-images-'));
  const archive = join(folder, 'image.tar');
  const make = async (image: string, command: readonly string[], ...layers: readonly string[]): Promise<void> => {
    await must(join(root, 'test/cluster/make-image'), ['-o', archive, image, `${node}:/usr/local/bin/node`, ...layers, '--', ...command], {
      cwd: root,
    });
    await must(join(root, 'test/cluster/load-image'), [archive]);
  };
  try {
    await must(node, ['tools/package/main.ts'], { cwd: root });
    await make(images.switchyard, ['node', '/app/switchyard-manager.js'], 'dist:/app');
    await make(images.programs, ['node', '/e2e/idle.ts'], 'examples/shop:/app', 'test/e2e/programs:/e2e', 'dist:/switchyard');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
