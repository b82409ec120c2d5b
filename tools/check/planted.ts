import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plant } from './planted/plant.ts';
import { plants } from './planted/plants.ts';
import { judge, type Step } from './step.ts';

const configuration = [
  '.gitignore',
  'package.json',
  'pnpm-workspace.yaml',
  'tsconfig.json',
  'vitest.config.ts',
  '.oxlintrc.json',
  '.oxfmtrc.json',
  '.dependency-cruiser.mjs',
  'knip.json',
];

/** The folder itself is real: tools that skip `node_modules` follow a link of that name, and read all that is in it. */
async function linkModules(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) await symlink(join(from, name), join(to, name));
}

/** A repository with this one's tools and configuration, and nothing in it but the plant. */
async function openWorkspace(root: string, plant: Plant): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-planted-')));
  await linkModules(join(root, 'node_modules'), join(path, 'node_modules'));
  for (const file of [...configuration, ...(plant.copies ?? [])]) {
    await cp(join(root, file), join(path, file), { recursive: true, filter: (source) => !source.includes('node_modules') });
  }
  if (plant.copies?.includes('packages')) {
    for (const name of await readdir(join(path, 'packages'))) {
      await symlink(join(root, 'packages', name, 'node_modules'), join(path, 'packages', name, 'node_modules'));
    }
  }
  for (const [link, target] of Object.entries(plant.links ?? {})) {
    await mkdir(dirname(join(path, link)), { recursive: true });
    await symlink(await realpath(join(root, target)), join(path, link));
  }
  for (const [file, text] of Object.entries(plant.files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }) };
}

/** What the step should have said about the plant and did not. */
async function findSilence(root: string, step: Step, plant: Plant): Promise<string[]> {
  await using workspace = await openWorkspace(root, plant);
  const outcome = await step.run(workspace.path);
  if (outcome.t === 'passed') return [`${step.name} passes although it should fail: ${plant.about}`];
  return plant.expect
    .filter((pattern) => !pattern.test(outcome.output))
    .map((pattern) => `${step.name} does not say ${String(pattern)} (${plant.about}); it says\n${outcome.output}`);
}

/** Proves of every step in `checks` that it can fail: each is run on a planted violation. */
export function planted(checks: readonly Step[]): Step {
  return {
    name: 'planted',
    about: 'every check above fails on a planted violation (tools/check/planted)',
    alone: true,
    run: async (root) => {
      const findings: string[] = [];
      let count = 0;
      for (const step of checks) {
        const own = plants.filter((plant) => plant.step === step.name);
        if (own.length === 0) findings.push(`${step.name} has no planted violation: nobody knows whether it can fail.`);
        for (const plant of own) {
          findings.push(...(await findSilence(root, step, plant)));
          count += plant.expect.length;
        }
      }
      return judge(findings, `${count} violations found`);
    },
  };
}
