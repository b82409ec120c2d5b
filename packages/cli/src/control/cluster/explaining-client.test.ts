import { InterceptError } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { explainFailure, type Purpose } from './explaining-client.ts';

const client = { namespace: 'dev', context: 'c' };

function hintFor(what: string, purpose: Purpose): string | undefined {
  const error = new InterceptError('not_allowed', `forbidden: User "vera" cannot ${what}`);
  return explainFailure(error, { type: undefined, client, purpose }).hint;
}

test.for<[what: string, purpose: Purpose, how: string]>([
  ['list resource "intercepts" in API group "switchyard.dev" in the namespace "dev"', 'use', 'rolebinding -n dev NAME --clusterrole=view'],
  [
    'create resource "intercepts" in API group "switchyard.dev" in the namespace "dev"',
    'use',
    'rolebinding -n dev NAME --clusterrole=edit',
  ],
  ['get resource "pods/portforward" in API group "" in the namespace "dev"', 'use', 'rolebinding -n dev NAME --clusterrole=edit'],
  ['get resource "deployments" in API group "apps" in the namespace "dev"', 'administer', 'rolebinding -n dev NAME --clusterrole=admin'],
  ['list resource "deployments" in API group "apps" at the cluster scope', 'administer', 'clusterrolebinding NAME --clusterrole=view'],
  [
    'patch resource "clusterroles" in API group "x" at the cluster scope',
    'administer',
    'clusterrolebinding NAME --clusterrole=cluster-admin',
  ],
])('who may not %s is told the least role that has it', ([what, purpose, how]) => {
  expect(hintFor(what, purpose)).toContain(`kubectl create ${how} --user=vera`);
});

test('who may not approve is told the verb', () => {
  const error = new InterceptError('not_allowed', 'ValidatingAdmissionPolicy x denied request: vera may not approve intercepts');
  expect(explainFailure(error, { type: undefined, client }).hint).toContain('the verb approve on intercepts.switchyard.dev');
});
