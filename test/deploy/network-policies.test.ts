import { parseDocuments } from '@switchyard/config';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAllowed, type End, type Policy } from './network-policy.ts';
import { readManifest } from './role.ts';

const manifest = join(import.meta.dirname, '../../deploy/manifests/network-policies.yaml');
const policies = parseDocuments(await readFile(manifest, 'utf8'), manifest) as readonly Policy[];

interface Workload {
  readonly spec: { readonly template: { readonly metadata: { readonly labels: Readonly<Record<string, string>> } } };
}

/** The labels that the pods of a Deployment of the chart have. */
async function labelsOf(name: string): Promise<Readonly<Record<string, string>>> {
  const found = (await readManifest()).find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
  if (found === undefined) throw new Error(`There is no Deployment ${name}.`);
  return (found as typeof found & Workload).spec.template.metadata.labels;
}

const manager: End = { labels: await labelsOf('switchyard-manager'), address: '10.1.0.1' };
const otherManager: End = { ...manager, address: '10.1.0.2' };
const watchdog: End = { labels: await labelsOf('switchyard-watchdog'), address: '10.1.0.3' };
const orders: End = { labels: { app: 'orders' }, address: '10.1.0.4' };
const ingress: End = { labels: { app: 'ingress' }, namespace: { team: 'platform' }, address: '10.2.0.1' };
const foreignManager: End = { ...manager, namespace: { team: 'other' }, address: '10.3.0.1' };
const outside: End = { address: '203.0.113.9' };
const apiServer: End = { address: '10.0.0.1' };

const meaning: readonly (readonly [what: string, from: End, to: End, port: number, allowed: boolean, protocol?: string])[] = [
  ['a caller of the namespace reaches a taken Service', orders, manager, 10_000, true],
  ['a caller of another namespace does', ingress, manager, 29_999, true],
  ['a caller from outside does', outside, manager, 18_080, true],
  ['nothing below the ports of routers', outside, manager, 9_999, false],
  ['nothing above them', outside, manager, 30_000, false],
  ['an agent that is a pod of the namespace reaches the API', orders, manager, 7480, true],
  ['a pod of another namespace does not', ingress, manager, 7480, false],
  ['nobody from outside does', outside, manager, 7480, false],
  ['metrics are for the namespace', orders, manager, 7481, true],
  ['and for nobody else', ingress, manager, 7481, false],
  ['a manager reaches another one', manager, otherManager, 7483, true],
  ['no other pod reaches a peer port', orders, manager, 7483, false],
  ['no manager of another namespace does', foreignManager, manager, 7483, false],
  ['a manager reaches the pods behind Services', manager, orders, 8080, true],
  ['a manager reaches the API server', manager, apiServer, 6443, true],
  ['a manager asks for names', manager, { labels: {}, namespace: {}, address: '10.96.0.10' }, 53, true, 'UDP'],
  ['a manager reaches no pod of another namespace', manager, ingress, 8080, false],
  ['a manager reaches no metadata service', manager, { address: '169.254.169.254' }, 80, false],
  ['a manager reaches no kubelet', manager, { address: '10.0.0.2' }, 10_250, false],
  ['the watchdog reaches the API server', watchdog, apiServer, 443, true],
  ['the watchdog reaches no pod', watchdog, orders, 8080, false],
  ['the watchdog reaches no manager', watchdog, manager, 7480, false],
  ['nobody reaches the watchdog', orders, watchdog, 443, false],
  ['no manager reaches the watchdog', manager, watchdog, 7480, false],
  [
    'the job before an uninstall is as the watchdog',
    { ...watchdog, labels: { ...watchdog.labels, 'app.kubernetes.io/component': 'release' } },
    orders,
    8080,
    false,
  ],
  ['pods that are not ours are free', orders, ingress, 8080, true],
];

test.for(meaning)('%s', ([, from, to, port, allowed, protocol]) => {
  expect(isAllowed(policies, from, to, port, protocol)).toBe(allowed);
});

test('no policy selects a pod that is not of Switchyard', () => {
  expect(isAllowed(policies, outside, orders, 8080)).toBe(true);
  expect(policies.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'NetworkPolicy switchyard-manager',
    'NetworkPolicy switchyard-watchdog',
  ]);
});
