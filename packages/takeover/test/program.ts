/**
 * Proves on a real cluster that a takeover leaves no trace: `KUBECONFIG=… node packages/takeover/test/program.ts NAMESPACE`. Makes Services
 * in the ways of their owners, takes them, lets others write, gives them back, and compares whole objects, ownership and times included.
 * The namespace must exist, be empty and be nobody else's; the cluster must know our resource types. Needs kubectl (`KUBECTL` names another
 * program).
 */
import { execFileSync } from 'node:child_process';
import { deepStrictEqual } from 'node:assert/strict';
import { silentLog } from '@switchyard/contract';
import { leases, managerName, openKubeClient, originalAnnotation, routedServices, services, type Service } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import {
  ensureShadow,
  inspectService,
  releaseNamespace,
  restoreService,
  takeService,
  toOriginal,
  type TakeoverDeps,
} from '../src/index.ts';
import { toRouted } from './shop.ts';

const namespace = process.argv[2] ?? '';
const program = process.env['KUBECTL'] ?? 'kubectl';
const signal = AbortSignal.timeout(120_000);
const clock = createSystemClock();
await using client = await openKubeClient({ clock, log: silentLog }, { kubeconfig: process.env['KUBECONFIG'] ?? '', namespace });
const deps: TakeoverDeps = { client, clock, log: silentLog };

function kubectl(args: readonly string[], input?: object): string {
  return execFileSync(program, ['-n', namespace, ...args], { input: input === undefined ? '' : JSON.stringify(input), encoding: 'utf8' });
}

function toManifest(name: string, selector: object = { app: name }): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { team: 'web' }, annotations: { note: 'kept' } },
    spec: {
      type: 'NodePort',
      selector,
      ports: [
        { name: 'http', port: 80, targetPort: 'web', appProtocol: 'http' },
        { name: 'admin', port: 81 },
      ],
    },
  };
}

async function read(name: string): Promise<Service> {
  const service = await client.get(services, name, { signal });
  if (service === undefined) throw new Error(`${name} is gone`);
  return service;
}

async function take(name: string): Promise<void> {
  const service = await read(name);
  const present = await client.get(routedServices, name, { signal });
  const routed = present ?? (await client.create(routedServices, toRouted(service), { signal }));
  const original = toOriginal(service, routed);
  if (original === undefined) throw new Error(`${name} has ports without a plan`);
  await ensureShadow(deps, service, original, signal);
  const result = await takeService(deps, name, original, signal);
  deepStrictEqual(result.t, 'taken');
  deepStrictEqual(inspectService(await read(name), await client.get(routedServices, name, { signal })).t, 'taken');
}

/** Everything but the version, which counts writes. */
function comparable(service: Service): object {
  return { ...service, metadata: { ...service.metadata, resourceVersion: undefined } };
}

type Check = (before: Service, after: Service) => void;

const same: Check = (before, after) => deepStrictEqual(comparable(after), comparable(before));

/** Takes and gives back, and finds the very same object; `between` may write meanwhile, and answers what is to be expected then. */
async function prove(what: string, name: string, between?: () => Check | Promise<Check>): Promise<void> {
  const before = await read(name);
  await take(name);
  // The times of ownership count whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const check = (await between?.()) ?? same;
  deepStrictEqual((await restoreService(deps, name, signal)).t, 'restored');
  check(before, await read(name));
  console.log(`ok   ${what}`);
}

const owners = (service: Service): readonly string[] =>
  (service.metadata.managedFields ?? []).map(({ manager = '' }) => manager).toSorted();
const apply = (manifest: object, manager = 'helm-like'): string =>
  kubectl(['apply', '--server-side', `--field-manager=${manager}`, '-f', '-'], manifest);

apply(toManifest('server-side'));
await prove('server-side apply: the whole object is the same', 'server-side');
apply(toManifest('server-side', { app: 'server-side', version: '2' }));
deepStrictEqual((await read('server-side')).spec.selector, { app: 'server-side', version: '2' });
console.log('ok   the owner applies another selector without force');

kubectl(['apply', '-f', '-'], toManifest('client-side'));
await prove('client-side apply: the whole object is the same', 'client-side');
kubectl(['apply', '-f', '-'], toManifest('client-side', { app: 'client-side', version: '2' }));
deepStrictEqual((await read('client-side')).spec.selector, { app: 'client-side', version: '2' });
console.log('ok   the owner applies another selector client-side');

kubectl(['create', '-f', '-'], {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'bare' },
  spec: { selector: { app: 'bare' }, ports: [{ port: 80 }] },
});
await prove('a Service without annotations and port names: the whole object is the same', 'bare');

apply(toManifest('shared'));
kubectl(['patch', 'service', 'shared', '--field-manager=selector-owner', '-p', '{"spec":{"selector":{"track":"canary"}}}']);
await prove('an owner of the selector alone comes back', 'shared');

await prove('a label that another manager sets meanwhile stays, with its owner', 'shared', () => {
  kubectl(['label', 'service', 'shared', 'colour=blue', '--field-manager=labeller']);
  return (before, after) => {
    deepStrictEqual(after.spec, before.spec);
    deepStrictEqual(after.metadata.labels, { ...before.metadata.labels, colour: 'blue' });
    deepStrictEqual(owners(after), [...owners(before), 'labeller'].toSorted());
    const rest = (after.metadata.managedFields ?? []).filter(({ manager }) => manager !== 'labeller');
    deepStrictEqual(rest, before.metadata.managedFields);
  };
});

await prove('somebody removes our annotation: the RoutedService remembers, the whole object is the same', 'server-side', () => {
  kubectl(['annotate', 'service', 'server-side', `${originalAnnotation}-`]);
  return same;
});

apply(toManifest('changed'));
await prove('a selector that another manager sets meanwhile stays, and is theirs', 'changed', () => {
  const change = [{ op: 'replace', path: '/spec/selector', value: { app: 'other' } }];
  kubectl(['patch', 'service', 'changed', '--type=json', '--field-manager=somebody', '-p', JSON.stringify(change)]);
  return (before, after) => {
    deepStrictEqual(after.spec, { ...before.spec, selector: { app: 'other' } });
    deepStrictEqual(after.metadata.annotations, before.metadata.annotations);
    deepStrictEqual(owners(after), ['helm-like', 'somebody']);
  };
});

apply(toManifest('forced'));
await prove('a forced apply of the owner meanwhile wins', 'forced', () => {
  kubectl(['apply', '--server-side', '--force-conflicts', '--field-manager=helm-like', '-f', '-'], toManifest('forced', { app: 'new' }));
  return (before, after) => {
    deepStrictEqual(after.spec, { ...before.spec, selector: { app: 'new' } });
    deepStrictEqual(owners(after), ['helm-like']);
    apply(toManifest('forced', { app: 'newer' }));
  };
});

apply(toManifest('retaken'));
await prove('taken again after a foreign write of the selector: given back as that write wanted it', 'retaken', async () => {
  kubectl([
    'patch',
    'service',
    'retaken',
    '--field-manager=somebody',
    '-p',
    '{"spec":{"selector":{"app":"third","switchyard.dev/router":null}}}',
  ]);
  deepStrictEqual(inspectService(await read('retaken'), await client.get(routedServices, 'retaken', { signal })).t, 'drifted');
  await take('retaken');
  return (before, after) => {
    deepStrictEqual(after.spec, { ...before.spec, selector: { app: 'third' } });
    deepStrictEqual(owners(after), ['helm-like', 'somebody']);
  };
});
const names = ['bare', 'changed', 'client-side', 'forced', 'retaken', 'server-side', 'shared'];
const before = await Promise.all(names.map(read));
for (const name of names) await take(name);
const report = await releaseNamespace(deps, { timeoutMs: 60_000, signal });
deepStrictEqual(report, { by: 'us', services: names.map((service) => ({ service, t: 'restored' })) });
deepStrictEqual((await Promise.all(names.map(read))).map(comparable), before.map(comparable));
deepStrictEqual((await client.list(services, { signal })).items.map(({ metadata }) => metadata.name).toSorted(), names);
deepStrictEqual((await client.list(routedServices, { signal })).items, []);
console.log('ok   the namespace is released without a manager: every object is the same, nothing of ours is left but the Lease');
await client.delete(leases, managerName, { signal });
