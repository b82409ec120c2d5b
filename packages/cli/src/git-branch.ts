import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The branch that is checked out in the Git work tree around `folder`; undefined where there is none. Needs no git program. */
export async function readGitBranch(folder: string): Promise<string | undefined> {
  const dotGit = await findDotGit(folder);
  if (dotGit === undefined) return undefined;
  const head = await readText(join(await toGitFolder(dotGit), 'HEAD'));
  return /^ref: refs\/heads\/(.+)$/m.exec(head ?? '')?.[1];
}

/** The nearest `.git`, from `folder` upwards. */
async function findDotGit(folder: string): Promise<string | undefined> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const candidate = join(at, '.git');
    if (await exists(candidate)) return candidate;
    if (dirname(at) === at) return undefined;
  }
}

/** A linked work tree has a file there, which names the folder. */
async function toGitFolder(dotGit: string): Promise<string> {
  const target = /^gitdir: (.+)$/m.exec((await readText(dotGit)) ?? '')?.[1];
  return target === undefined ? dotGit : resolve(dirname(dotGit), target);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
