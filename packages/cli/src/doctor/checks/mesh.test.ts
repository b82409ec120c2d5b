import type { Pod } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { findMeshes } from '../../control/cluster/mesh.ts';
import { judgeMeshes } from './mesh.ts';

function toPod(name: string, spec: Pod['spec'], metadata: Partial<Pod['metadata']> = {}): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec: spec ?? {} };
}

const router = { labels: { 'switchyard.dev/router': 'true' } };
const app = { name: 'app' };
const istio: NonNullable<Pod['spec']> = { containers: [app], initContainers: [{ name: 'istio-init' }, { name: 'istio-proxy' }] };
const linkerd: NonNullable<Pod['spec']> = { containers: [{ name: 'linkerd-proxy' }, app] };
const plain: NonNullable<Pod['spec']> = { containers: [app] };
const ambient = { annotations: { 'ambient.istio.io/redirection': 'enabled' } };

const judge = (pods: readonly Pod[], strict?: string) => {
  const { state, says } = judgeMeshes(findMeshes(pods, strict));
  return [state, says];
};

test('no mesh is well', () => {
  expect(judge([toPod('orders', plain), toPod('manager', plain, router)])).toEqual(['ok', 'no pod here takes part in one']);
});

test('routers outside of a mesh: plaintext, which a strict one refuses', () => {
  const pods = [toPod('orders', istio), toPod('payments', istio), toPod('manager', plain, router)];
  expect(judge(pods)).toEqual([
    'warn',
    '2 pods take part in Istio, and the routers do not: what passes through them is plaintext and has no identity',
  ]);
  expect(judge(pods, 'default')).toEqual([
    'fail',
    '2 pods take part in Istio, the routers do not, and the PeerAuthentication default refuses plaintext: an intercepted service would not answer anybody',
  ]);
});

test('routers inside of a mesh: another identity', () => {
  const says =
    "1 pod takes part in Linkerd, and so do the routers: services see the identity of the manager in the place of their callers'";
  expect(judge([toPod('orders', linkerd), toPod('manager', linkerd, router)], 'default')).toEqual(['warn', says]);
});

test('ambient pods are known by what their node did, and the worst comes first', () => {
  const pods = [toPod('orders', plain, ambient), toPod('manager', plain, router), toPod('mail', linkerd)];
  expect(judge(pods, 'default')[0]).toBe('fail');
  expect(findMeshes(pods, 'default')).toEqual([
    { name: 'Istio (ambient)', pods: 1, routers: false, strict: 'default' },
    { name: 'Linkerd', pods: 1, routers: false, strict: undefined },
  ]);
});

test('routers alone in a mesh have nobody to talk to there', () => {
  expect(judge([toPod('orders', plain), toPod('manager', istio, router)])).toEqual([
    'warn',
    'the routers take part in Istio, and no other pod does',
  ]);
});
