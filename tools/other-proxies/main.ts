// Sends the request vectors through other proxies: `node tools/other-proxies/main.ts [--write]` prints the page, or saves it as docs/other-proxies.md.
import { writeFileSync } from 'node:fs';
import { otherHttpProxy, otherHttpxy } from '../../test/other-proxies/node-proxies.ts';
import type { OtherProxy } from '../../test/other-proxies/other-proxy.ts';
import { openOrigins, type ProxyVerdict } from '../../test/other-proxies/try-vector.ts';
import { requestVectors } from '../../test/vectors/requests/index.ts';
import { findInstalledProxies } from './installed-proxies.ts';
import { toProxiesPage, type ProxyResult } from './report.ts';

/** What one of the Node.js proxies threw where nobody could catch it: its process would have ended. */
let uncaught: unknown;
process.on('uncaughtException', (error) => {
  uncaught = error;
});

async function tryProxy(proxy: OtherProxy): Promise<ProxyResult> {
  await using origins = await openOrigins();
  await using open = await proxy.open(origins.ports);
  const verdicts: { readonly vector: string; readonly verdict: ProxyVerdict }[] = [];
  for (const vector of Object.values(requestVectors).flat()) {
    uncaught = undefined;
    const verdict = await origins.tryVector(vector, open.port);
    const ended: ProxyVerdict = { t: 'wrong', why: `it ends the process: ${String(uncaught)}` };
    verdicts.push({ vector: vector.name, verdict: uncaught === undefined ? verdict : ended });
  }
  return { name: proxy.name, verdicts };
}

const results: ProxyResult[] = [];
for (const proxy of [otherHttpProxy, otherHttpxy, ...findInstalledProxies()]) results.push(await tryProxy(proxy));
const page = toProxiesPage(results);
if (process.argv.includes('--write')) writeFileSync(new URL('../../docs/other-proxies.md', import.meta.url), page);
else console.log(page);
