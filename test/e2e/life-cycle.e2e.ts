import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { intercept, removeCluster } from './support/install.ts';
import { images } from './support/images.ts';
import { compare, takeInventory } from './support/inventory.ts';
import { openDeveloper } from './support/developer.ts';
import { openNamespace, type TestNamespace } from './support/namespace.ts';
import { openPeople } from './support/people.ts';
import { openShop } from './support/stage.ts';
import { openToolbox } from './support/toolbox.ts';

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await openNamespace('life');
});
afterAll(async () => namespace[Symbol.asyncDispose]());

/** A Service of a chart's, as it were: its owner applies it by server-side apply. */
const toManifest = (app: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'applied', labels: { team: 'shop' } },
    spec: {
      selector: { app },
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'admin', port: 81, targetPort: 8080 },
      ],
      type: 'NodePort',
    },
  });

test('installed, used and removed: every object is as it was', async () => {
  const { name } = namespace;
  await removeCluster();
  await openShop(name);
  const toolbox = await openToolbox(name);
  await using people = await openPeople(name);
  await using alice = await openDeveloper(await people.invite('alice@shop.example', 'edit'));
  const applyAsOwner = (app: string): Promise<string> =>
    kubectl(['apply', '-n', name, '--server-side', '--field-manager=owner', '-f', '-'], { input: toManifest(app) });
  await applyAsOwner('orders');
  const before = await takeInventory(name);

  await intercept('admin', 'install', '--cluster');
  await intercept('admin', 'install', '-n', name, '--image', images.switchyard);
  const listed = await intercept('admin', 'list');
  await alice.answer('orders', 'alice');
  await alice.answer('applied', 'alice', '--service-port', 'http');
  const report = await toolbox.load({ url: 'http://applied/', requests: 100, keys: [null, 'alice'] }).report;
  const admin = await toolbox.load({ url: 'http://applied:81/', requests: 100 }).report;
  const pretty = await kubectl(['get', 'intercepts', '-n', name]);
  // The developer is still there: removing must not need his help.
  const began = performance.now();
  const removed = await intercept('admin', 'uninstall', '-n', name);
  const removedMs = performance.now() - began;
  await intercept('admin', 'uninstall', '--cluster');
  // The cluster's own controllers take a moment to follow.
  let differences: readonly string[] = [];
  for (let looks = 0; looks === 0 || (looks < 10 && differences.length > 0); looks++)
    differences = compare(before, await takeInventory(name));
  await applyAsOwner('web');
  const led = await kubectl(['get', 'service', 'applied', '-n', name, '-o', 'jsonpath={.spec.selector.app}']);
  evidence('install, use, uninstall', {
    'objects compared': before.size,
    differences: differences.length,
    'uninstall took (ms)': Math.round(removedMs),
    'the owner’s server-side apply with another selector': led === 'web' ? 'succeeded' : 'failed',
  });
  console.log(pretty, listed, removed);
  expect([...report.failures, ...admin.failures]).toEqual([]);
  expect(listed).toContain(name);
  expect(differences).toEqual([]);
  expect(led).toBe('web');
});
