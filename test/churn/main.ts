// `pnpm test:churn`: see README.md.
import { writeFile } from 'node:fs/promises';
import { findKubeconfig } from '../e2e/support/cluster.ts';
import { loadImages } from '../e2e/support/images.ts';
import { churn } from './churn.ts';
import { parseOptions, usage } from './options.ts';
import { check, toMarkdown } from './report.ts';

process.exitCode = await run();

async function run(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), Date.now());
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  if (findKubeconfig() === undefined) {
    console.error('error: there is no cluster to test on. Start one with `pnpm cluster install && pnpm cluster up`, or set KUBECONFIG.');
    return 1;
  }
  console.log(`churn: seed ${options.seed}`);
  // Each session of this process would be a process of its own.
  process.setMaxListeners(0);
  await loadImages();
  const result = await churn(options, console.log);
  const checks = check(result);
  const markdown = toMarkdown(options, result, checks);
  await writeFile(`${options.report}.md`, markdown);
  await writeFile(`${options.report}.json`, `${JSON.stringify({ options, checks, ...result, tally: { ...result.tally } }, null, 1)}\n`);
  console.log(markdown);
  return checks.every(({ ok }) => ok) ? 0 : 1;
}
