import { parseDocuments } from '@switchyard/config';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl, tryKubectl } from '../support/cluster.ts';
import { installCluster } from '../support/install.ts';
import { openNamespace, type TestNamespace } from '../support/namespace.ts';
import { eventually } from '../support/wait.ts';
import { template } from './helm.ts';
import { toIntercept } from './intercept-object.ts';

interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

const name = 'switchyard-test-required-groups';
let namespace: TestNamespace;

// The policy of `requireGroups: true` under a name of its own, for one namespace: the rest of the cluster keeps what it has.
beforeAll(async () => {
  await installCluster();
  namespace = await openNamespace('required-groups');
  await kubectl(['create', 'rolebinding', 'devs', '--clusterrole=edit', '--group=devs', '-n', namespace.name]);
  const rendered = parseDocuments(await template('cluster', '--set', 'requireGroups=true'), 'the chart') as readonly Policy[];
  const policy = rendered.find(
    ({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === 'switchyard-intercept-owner',
  );
  const binding = {
    policyName: name,
    validationActions: ['Deny'],
    matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace.name } } },
  };
  const items = [
    { ...policy, metadata: { name } },
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: binding },
  ];
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
});
afterAll(async () => {
  await kubectl(['delete', 'validatingadmissionpolicy,validatingadmissionpolicybinding', name, '--ignore-not-found']);
  await namespace[Symbol.asyncDispose]();
});

async function create(key: string, groups: readonly string[] | undefined): ReturnType<typeof tryKubectl> {
  const object = toIntercept('dora', { key, owner: { user: 'dora', ...(groups === undefined ? {} : { groups }) } });
  const who = ['--as', 'dora', '--as-group', 'devs', '--as-group', 'system:authenticated'];
  return tryKubectl(['create', '-f', '-', '-n', namespace.name, ...who], { input: JSON.stringify(object) });
}

test('where it is asked for, nobody leaves out the group that their right comes from', async () => {
  const refused = { exitCode: 1, stderr: expect.stringContaining('spec.owner.groups must have every group of dora') as string };
  // A policy counts a moment after it was written.
  await eventually('the policy to count', 30_000, async () => {
    if ((await create('early', undefined)).exitCode !== 0) return true;
    await kubectl(['delete', 'intercept', 'orders.http.early', '-n', namespace.name]);
    return undefined;
  });
  expect(await create('none', undefined)).toMatchObject(refused);
  expect(await create('other', ['system:authenticated'])).toMatchObject(refused);
  expect(await create('all', ['system:authenticated', 'devs'])).toMatchObject({ exitCode: 0 });
});
