import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { parseRoutingKey } from '@switchyard/contract';
import { openFolder } from '../test/programs.ts';
import { runInProcess } from '../test/run-in-process.ts';
import { readGitBranch } from './git-branch.ts';
import { saveKey } from './user-file.ts';

interface World {
  readonly cwd: string;
  readonly home: string;
  readonly userFile: string;
  view(argv?: readonly string[], env?: Readonly<Record<string, string>>, at?: string): Promise<Record<string, unknown>>;
}

/** A home with a person's file, and a project two folders above the working directory, in a Git repository. */
async function createWorld(
  { onTestFinished }: TestContext,
  { user, project }: { readonly user?: string; readonly project?: string },
): Promise<World> {
  const folder = await openFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const cwd = join(folder.path, 'repo', 'src', 'deep');
  const userFile = join(folder.path, '.config', 'switchyard', 'config.yaml');
  await mkdir(cwd, { recursive: true });
  await mkdir(join(folder.path, 'repo', '.git'));
  await mkdir(join(folder.path, '.config', 'switchyard'), { recursive: true });
  await writeFile(join(folder.path, 'repo', '.git', 'HEAD'), 'ref: refs/heads/feature/cart\n');
  if (user !== undefined) await writeFile(userFile, `apiVersion: switchyard.dev/v1\nkind: User\n${user}`, { mode: 0o600 });
  if (project !== undefined)
    await writeFile(join(folder.path, 'repo', 'intercept.yaml'), `apiVersion: switchyard.dev/v1\nkind: Intercepts\n${project}`);
  return {
    cwd,
    home: folder.path,
    userFile,
    async view(argv = [], env = {}, at = cwd) {
      const { code, stdout, stderr } = await runInProcess(['config', 'view', '-o', 'json', ...argv], {
        cwd: at,
        home: folder.path,
        env: { INTERCEPT_USER: 'alice', ...env },
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    },
  };
}

test('a project file in a folder above that everybody may write to is not looked at', async (context) => {
  const { view, home } = await createWorld(context, {});
  const open = join(home, 'open');
  const cwd = join(open, 'mine');
  await mkdir(cwd, { recursive: true });
  await writeFile(join(open, 'intercept.yaml'), 'apiVersion: switchyard.dev/v1\nkind: Intercepts\nmanager: http://project:1\n');
  const file = async (): Promise<unknown> => (await view([], {}, cwd))['projectFile'];
  expect(await file()).toBe(join(open, 'intercept.yaml'));
  await chmod(open, 0o1777);
  expect(await file()).toBeNull();
});

test('a manager that cannot be reached: what named it is told', async (context) => {
  const { cwd, home, userFile } = await createWorld(context, { project: 'manager: http://127.0.0.1:1\n' });
  const list = async (at: string): Promise<string> =>
    (await runInProcess(['list'], { cwd: at, home, env: { INTERCEPT_USER: 'alice' } })).stderr;
  expect(await list(cwd)).toContain(`This address stands in ${join(home, 'repo', 'intercept.yaml')}.\n`);
  await writeFile(userFile, 'apiVersion: switchyard.dev/v1\nkind: User\nmanager: http://127.0.0.1:1\n');
  expect(await list(home)).toContain(`This address stands in ${userFile}.\n`);
});

test('flag, variable, profile, project file, user file, default: each is stronger than the next', async (context) => {
  const user = 'manager: http://user:1\nkey: user-key\n';
  const project = 'manager: http://project:1\nkey: "{{ user }}-{{ gitBranch }}"\nprofiles: { cloud: { manager: "https://cloud:1" } }\n';
  const { view } = await createWorld(context, { user, project });
  const env = { INTERCEPT_MANAGER: 'http://variable:1', INTERCEPT_KEY: 'variable-key' };
  expect(await view(['--manager', 'http://flag:1', '--key', 'flag-key'], env)).toMatchObject({
    manager: { value: 'http://flag:1', source: 'flag' },
    key: { value: 'flag-key', source: 'flag' },
  });
  expect(await view([], env)).toMatchObject({
    manager: { value: 'http://variable:1', source: 'environment' },
    key: { value: 'variable-key', source: 'environment' },
  });
  expect(await view(['--profile', 'cloud'])).toMatchObject({
    manager: { value: 'https://cloud:1', source: 'project' },
    key: { value: 'alice-feature-cart' },
  });
  expect(await view([], { INTERCEPT_PROFILE: 'cloud' })).toMatchObject({ manager: { value: 'https://cloud:1', source: 'project' } });
  expect(await view()).toMatchObject({
    manager: { value: 'http://project:1', source: 'project' },
    key: { value: 'alice-feature-cart', source: 'project' },
  });
  const plain = await createWorld(context, { user });
  expect(await plain.view()).toMatchObject({
    manager: { value: 'http://user:1', source: 'user file' },
    key: { value: 'user-key', source: 'user file' },
    projectFile: null,
  });
  const empty = await createWorld(context, {});
  expect(await empty.view()).toMatchObject({
    manager: { value: 'http://127.0.0.1:7480', source: 'default' },
    key: { value: 'alice', source: 'identity' },
  });
});

test('a token of the user file goes to the manager beside it, and nowhere else; it is never shown', async (context) => {
  const user = 'manager: http://user:1\ntoken: very-secret\n';
  const { view } = await createWorld(context, { user, project: 'profiles: { other: { manager: "http://other:1" } }\n' });
  expect(await view()).toMatchObject({ token: true });
  expect(await view(['--profile', 'other'])).toMatchObject({ token: false });
  expect(await view(['--manager', 'http://other:1'], { INTERCEPT_TOKEN: 'x' })).toMatchObject({ token: true });
  expect(JSON.stringify(await view())).not.toContain('secret');
});

test('a project file is not looked for beyond its repository', async (context) => {
  const { view, home } = await createWorld(context, {});
  await writeFile(join(home, 'intercept.yaml'), 'broken: [');
  expect(await view()).toMatchObject({ projectFile: null });
});

test('an unknown profile is refused with the nearest', async (context) => {
  const { cwd, home } = await createWorld(context, { project: 'profiles: { cloud: {}, laptop: {} }\n' });
  const { code, stderr } = await runInProcess(['key', '--profile', 'clod'], { cwd, home });
  expect(code).toBe(2);
  expect(stderr).toContain('has no profile "clod".\n  Did you mean "cloud"? There are: cloud, laptop.\n');
});

test('intercepts of the project file come out as they went in', async (context) => {
  const project =
    'intercepts:\n  - { service: orders, port: http, local: 3000, whenAway: baseline, lifetime: 2h }\n  - { service: web, local: "[::1]:4000" }\n';
  const { view } = await createWorld(context, { project });
  expect(await view()).toMatchObject({
    intercepts: [
      { service: 'orders', port: 'http', local: 'localhost:3000', whenAway: 'baseline', lifetime: '2h' },
      { service: 'web', local: '[::1]:4000' },
    ],
  });
});

test('a saved key leaves the rest of the file alone, and only its owner can read it', async (context) => {
  const { userFile } = await createWorld(context, { user: '# mine\nmanager: http://user:1 # work\n' });
  expect(await saveKey(userFile, parseRoutingKey('alice'))).toBe(true);
  expect(await saveKey(userFile, parseRoutingKey('alice'))).toBe(false);
  expect(await readFile(userFile, 'utf8')).toBe(
    'apiVersion: switchyard.dev/v1\nkind: User\n# mine\nmanager: http://user:1 # work\nkey: alice\n',
  );
  expect((await stat(userFile)).mode & 0o777).toBe(0o600);
});

test('the branch is read in linked work trees too; a detached head has none', async (context) => {
  const { cwd, home } = await createWorld(context, {});
  expect(await readGitBranch(cwd)).toBe('feature/cart');
  await mkdir(join(home, 'linked'));
  await mkdir(join(home, 'repo', '.git', 'worktrees', 'linked'), { recursive: true });
  await writeFile(join(home, 'linked', '.git'), 'gitdir: ../repo/.git/worktrees/linked\n');
  await writeFile(join(home, 'repo', '.git', 'worktrees', 'linked', 'HEAD'), 'ref: refs/heads/other\n');
  expect(await readGitBranch(join(home, 'linked'))).toBe('other');
  await writeFile(join(home, 'repo', '.git', 'HEAD'), '0123456789abcdef0123456789abcdef01234567\n');
  expect(await readGitBranch(cwd)).toBeUndefined();
});
