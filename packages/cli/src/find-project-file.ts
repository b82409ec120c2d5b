import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** How the project file is called. */
export const projectFileName = 'intercept.yaml';

/**
 * The nearest `intercept.yaml`, from `folder` upwards, but not beyond the repository that `folder` lies in, nor in a folder above that
 * everybody may write to, such as /tmp: a stranger's file there would choose the manager.
 */
export async function findProjectFile(folder: string): Promise<string | undefined> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, projectFileName);
    if (await exists(path)) return path;
    if (dirname(at) === at || (await exists(join(at, '.git'))) || (await isEverybodys(dirname(at)))) return undefined;
  }
}

async function isEverybodys(folder: string): Promise<boolean> {
  return stat(folder).then(
    ({ mode }) => (mode & othersWrite) !== 0,
    () => true,
  );
}

/** The bit of a file's mode that lets everybody write. */
const othersWrite = 0o002;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
