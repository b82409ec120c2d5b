import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The version before this one: the last commit of `main` that was released before work on this one began. Move it with each release. */
const previousCommit = '464d87d';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The whole previous version in a folder of its own, with its own dependencies. Dispose removes it. */
export interface PreviousVersion extends AsyncDisposable {
  readonly folder: string;
}

/** Takes it out of this repository's history. Rejects where the history is not there: what is not tried must not look as if it passed. */
export async function openPreviousVersion(): Promise<PreviousVersion> {
  await run('git', ['cat-file', '-e', `${previousCommit}^{commit}`], { cwd: repository }).catch((cause: unknown) => {
    throw new Error(
      `The commit ${previousCommit}, the version before this one, is not in this clone: fetch the whole history (git fetch --unshallow).`,
      { cause },
    );
  });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-previous-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, 'source.tar');
    await run('git', ['archive', '--output', archive, previousCommit], { cwd: repository });
    await run('tar', ['-xf', archive, '-C', folder]);
    await run('npx', ['-y', 'pnpm@12', 'install', '--frozen-lockfile', '--prefer-offline'], { cwd: folder, timeout: 300_000 });
  } catch (reason) {
    await remove();
    throw reason;
  }
  return { folder, [Symbol.asyncDispose]: remove };
}
