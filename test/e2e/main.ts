// `pnpm test:e2e [--long] [FILE...]`: the suite on the cluster of KUBECONFIG, else on the test cluster where it runs; what takes minutes only
// with `--long`, and then alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { findKubeconfig, root } from './support/cluster.ts';
import { loadImages } from './support/images.ts';

const kubeconfig = findKubeconfig();
if (kubeconfig === undefined) {
  console.error('error: there is no cluster to test on. Start one with `pnpm cluster install && pnpm cluster up`, or set KUBECONFIG.');
  process.exitCode = 1;
} else {
  await loadImages();
  const [config, rest] = process.argv[2] === '--long' ? ['vitest.long.config.ts', 3] : ['vitest.e2e.config.ts', 2];
  const args = ['run', '--config', config, ...process.argv.slice(rest)];
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const child = spawn(join(root, 'node_modules/.bin/vitest'), args, { cwd: root, env, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  process.exitCode = code ?? 1;
}
