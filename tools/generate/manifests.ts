import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { printed, runCommand } from '../check/command.ts';
import type { GeneratedFile, Generator } from './generated-file.ts';

/** A chart, and the manifest that is made of it. */
interface Manifest {
  readonly path: string;
  readonly chart: string;
  readonly about: string;
  readonly args: readonly string[];
}

const manifests: readonly Manifest[] = [
  {
    path: 'deploy/manifests/cluster.yaml',
    chart: 'deploy/charts/switchyard-cluster',
    about: 'Once per cluster, by an administrator: kubectl apply -f cluster.yaml',
    args: [],
  },
  {
    path: 'deploy/manifests/namespace.yaml',
    chart: 'deploy/charts/switchyard',
    about: "In each namespace, by its admin: sed 's/NAMESPACE/dev/' namespace.yaml | kubectl apply -n dev -f -",
    // A hook would run at once.
    args: ['--namespace', 'NAMESPACE', '--no-hooks'],
  },
  {
    path: 'deploy/manifests/network-policies.yaml',
    chart: 'deploy/charts/switchyard',
    about: 'Beside namespace.yaml, where the network plugin enforces NetworkPolicies: kubectl apply -n dev -f network-policies.yaml',
    args: ['--namespace', 'NAMESPACE', '--set', 'networkPolicies.enabled=true', '--show-only', 'templates/network-policies.yaml'],
  },
];

const stampLine = /^# charts ([0-9a-f]{64})$/m;

/**
 * `deploy/manifests`, from the charts. Helm is needed only when a chart has changed: a manifest carries a digest of its chart's files and
 * of its own text, so that without Helm a stale or edited manifest is still found. Rejects when Helm is needed and not there.
 */
export const generateManifests: Generator = async (root) => Promise.all(manifests.map((manifest) => generateManifest(root, manifest)));

/** As `generateManifests`, always with Helm: proves the digests. */
export const renderManifests: Generator = async (root) =>
  Promise.all(
    manifests.map(async (manifest) => ({ path: manifest.path, text: await render(root, manifest, await readSources(root, manifest)) })),
  );

async function generateManifest(root: string, manifest: Manifest): Promise<GeneratedFile> {
  const sources = await readSources(root, manifest);
  const present = await readFile(join(root, manifest.path), 'utf8').catch(() => '');
  const fresh = stampLine.exec(present)?.[1] === digest(sources, present.replace(stampLine, '# charts'));
  return { path: manifest.path, text: fresh ? present : await render(root, manifest, sources) };
}

/** Everything that the manifest follows from. */
async function readSources(root: string, { chart, about, args }: Manifest): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(`${chart}/**/*.*`, { cwd: root })) paths.push(path);
  paths.sort();
  const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')));
  return JSON.stringify([about, args, paths, texts]);
}

async function render(root: string, { path, chart, about, args }: Manifest, sources: string): Promise<string> {
  const helm = findHelm();
  if (helm === undefined) {
    throw new Error(`${path} is not what ${chart} says, and helm, which makes it, is not there: run test/tools/helm/install first.`);
  }
  const result = await runCommand(helm, ['template', 'switchyard', chart, ...args], { cwd: root });
  if (result.exitCode !== 0) throw new Error(`helm refuses ${chart}: ${printed(result)}`);
  const objects = result.stdout.replaceAll(/^# Source: .*\n/gm, '').trim();
  const text = [`# Generated from ${chart} by \`pnpm generate\`; do not edit.`, `# ${about}`, '# charts', objects, ''].join('\n');
  return text.replace('# charts', `# charts ${digest(sources, text)}`);
}

function digest(sources: string, text: string): string {
  return createHash('sha256').update(sources).update(text).digest('hex');
}

/** The helm that test/tools/helm builds. Not any that is on PATH: another release renders otherwise. */
function findHelm(): string | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const helm = join(process.env['TESTCLUSTER_DIR'] ?? join(cache, 'testcluster'), 'bin', 'helm');
  return existsSync(helm) ? helm : undefined;
}
