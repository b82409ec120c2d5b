import type { Pod } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { findTargetRefusal } from './direct-target.ts';

function createPod(
  name: string,
  podIP: string,
  changes: { phase?: string; hostNetwork?: boolean; router?: boolean; second?: string } = {},
): Pod {
  const { phase = 'Running', hostNetwork = false, router = false, second } = changes;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: router ? { 'switchyard.dev/router': 'true' } : { app: 'workspace' } },
    spec: { hostNetwork },
    status: { phase, podIP, podIPs: [{ ip: podIP }, ...(second === undefined ? [] : [{ ip: second }])] },
  };
}

const context = {
  podAddress: '10.0.0.1',
  apiServer: '10.96.0.1',
  pods: [
    createPod('manager', '10.0.0.1', { router: true }),
    createPod('other-manager', '10.0.0.2', { router: true }),
    createPod('workspace', '10.0.0.5', { second: 'fd00::5' }),
    createPod('done', '10.0.0.6', { phase: 'Succeeded' }),
    createPod('starting', '10.0.0.7', { phase: 'Pending' }),
    createPod('exporter', '10.0.1.1', { hostNetwork: true }),
    createPod('forged', '10.96.0.1'),
    createPod('odd', '127.0.0.1'),
    createPod('odd-too', '169.254.169.254'),
  ],
};

test.for(['10.0.0.5', 'fd00::5', 'fd00:0:0::0005', '::ffff:10.0.0.5'])('the pod at %s is dialled', (address) => {
  expect(findTargetRefusal(address, context)).toBeUndefined();
});

test.for([
  ['', 'is not known'],
  ['alice', 'no address of a machine'],
  ['10.96.0.1', "the API server's address"],
  ['::ffff:10.96.0.1', "the API server's address"],
  ['fd00:ec2::254', 'a metadata service'],
  ['127.0.0.1', 'does not dial'],
  ['127.9.9.9', 'does not dial'],
  ['0.0.0.0', 'does not dial'],
  ['::', 'does not dial'],
  ['::1', 'does not dial'],
  ['::ffff:127.0.0.1', 'does not dial'],
  ['169.254.169.254', 'does not dial'],
  ['::ffff:169.254.169.254', 'does not dial'],
  ['fe80::1', 'does not dial'],
  ['224.0.0.1', 'does not dial'],
  ['255.255.255.255', 'does not dial'],
  ['ff02::1', 'does not dial'],
  ['10.0.0.1', "the manager's own address"],
  ['::ffff:10.0.0.1', "the manager's own address"],
  ['10.0.0.2', 'address of a router'],
  ['10.0.0.6', 'not the address of a running pod'],
  ['10.0.0.7', 'not the address of a running pod'],
  ['10.0.0.99', 'not the address of a running pod'],
  ['10.0.1.1', 'address of a node'],
] as const)('%j is refused', ([address, reason]) => {
  expect(findTargetRefusal(address, context)).toContain(reason);
});
