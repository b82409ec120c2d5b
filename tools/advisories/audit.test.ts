import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditDependencies } from './audit.ts';

const root = join(import.meta.dirname, '..', '..');

/** A registry that answers every question about advisories so. */
async function openRegistry(
  status: number,
  body: unknown,
): Promise<AsyncDisposable & { readonly url: string; readonly asked: () => string }> {
  let asked = '';
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => void (asked += request.method === 'POST' ? text : ''));
    request.on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const advisory = {
  id: 1,
  url: 'https://advisories.test/1',
  title: 'frames are not checked',
  severity: 'high',
  vulnerable_versions: '<99.0.0',
};

test.concurrent('a dependency with a known weakness is named', { timeout: 60_000 }, async () => {
  await using registry = await openRegistry(200, { ws: [advisory] });
  const audit = await auditDependencies(root, registry.url);
  expect(audit).toMatchObject({ t: 'answered', advisories: [{ name: 'ws', severity: 'high', title: 'frames are not checked' }] });
  // Every version of the lockfile is asked about, tools included.
  expect(Object.keys(JSON.parse(registry.asked()))).toEqual(expect.arrayContaining(['ws', 'zod', 'esbuild']));
});

test.concurrent('no advisory is an answer, and no answer is none', { timeout: 60_000 }, async () => {
  await using fine = await openRegistry(200, {});
  await using closed = await openRegistry(405, { error: 'not here' });
  expect(await Promise.all([fine, closed].map(({ url }) => auditDependencies(root, url)))).toEqual([
    { t: 'answered', advisories: [] },
    { t: 'unanswered', reason: expect.stringContaining('405') as string },
  ]);
});
