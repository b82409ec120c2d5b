import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl, read } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { listPods } from './support/managers.ts';
import { get, names, type AnyObject } from './support/objects.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
let alice: Developer & Person;
let ops: Developer & Person;

beforeAll(async () => {
  stage = await openStage('gc');
  [alice, ops] = [await stage.developer('alice'), await stage.developer('ops', 'admin')];
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** What gc could remove or change, as it is. */
async function snapshot(): Promise<unknown> {
  const kinds = 'intercepts.switchyard.dev,routedservices.switchyard.dev,services';
  const { items } = await read<{ items: readonly AnyObject[] }>(['get', kinds, '-n', stage.namespace]);
  return items.map(({ metadata: { name, uid, annotations }, spec }) => ({ name, uid, annotations, spec }));
}

/** What a caller of orders gets: a status, or that nobody answers. */
async function ask(): Promise<string> {
  const source = `const r = await fetch('http://orders/orders/1', { signal: AbortSignal.timeout(2_000) }).catch(() => ({ status: 'nobody answers' }));`;
  return (await stage.toolbox.script(`${source} console.log(r.status);`)).trim();
}

test('gc leaves a namespace with a manager alone; without one it gives the Service back and removes what is left, said before', async () => {
  const run = await alice.answer('orders', 'alice');
  const served = await snapshot();
  const managed = await ops.intercept('admin', 'gc', '--yes', '-n', stage.namespace);
  expect(managed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('has a manager, which cleans up itself') });
  expect(await snapshot()).toEqual(served);

  // Without the watchdog, which would do it first.
  await kubectl(['delete', 'deployment', 'switchyard-watchdog', 'switchyard-manager', '-n', stage.namespace]);
  await run.crash();
  await kubectl(['delete', 'pods', '-l', 'switchyard.dev/router=true', '--force', '--grace-period=0', '-n', stage.namespace]);
  await eventually('no manager to be there', 60_000, async () => ((await listPods(stage.namespace)).length === 0 ? true : undefined));

  const before = await snapshot();
  const unserved = await ask();
  const rehearsed = await ops.intercept('admin', 'gc', '--dry-run', '-n', stage.namespace);
  expect(rehearsed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing was changed; nobody needs these') });
  for (const row of [
    /^Service +orders /m,
    /^shadow Service +\S+ +it stands in for orders/m,
    /^RoutedService +orders /m,
    /^Intercept +orders\.http\.alice /m,
  ])
    expect(rehearsed.stdout).toMatch(row);
  expect(await snapshot()).toEqual(before);

  const sinceMs = performance.now();
  const removed = await ops.intercept('admin', 'gc', '--yes', '-n', stage.namespace);
  const ms = Math.round(performance.now() - sinceMs);
  const given = await get(stage.namespace, 'service', 'orders');
  const now = await eventually('orders to answer', 20_000, async () => ((await ask()) === '200' ? '200' : undefined));
  evidence('admin gc', { 'orders before': unserved, ms, 'orders after': now, 'exit code': removed.exitCode ?? -1 });
  expect(removed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('removed, or given back') });
  expect(given.spec.selector).toEqual({ app: 'orders' });
  expect(Object.keys(given.metadata.annotations ?? {}).filter((name) => name.startsWith('switchyard.dev/'))).toEqual([]);
  expect([await names(stage.namespace, 'routedservices'), await names(stage.namespace, 'intercepts')]).toEqual([[], []]);
  expect((await names(stage.namespace, 'services')).filter((name) => name.startsWith('swy-'))).toEqual([]);
  expect((await ops.intercept('admin', 'gc', '-n', stage.namespace)).stdout).toContain('nothing is left');
});
