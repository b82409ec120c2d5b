import { apply, kubectl } from './cluster.ts';
import { images } from './images.ts';
import { restricted, restrictedPod } from './manifests.ts';
import { eventually } from './wait.ts';

/** Starts a workspace: a pod with the right `edit`, where `intercept run orders` runs. Resolves with its log when requests arrive. */
export async function openWorkspace(namespace: string, key: string, lane: 'direct' | 'tunnel'): Promise<string> {
  const run = ['node', '/switchyard/intercept.js', 'run', 'orders', '--key', key, '--lane', lane, '--', 'node', '/app/my-orders.js'];
  await apply(namespace, [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'workspace' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'workspace-edit' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'ServiceAccount', name: 'workspace', namespace }],
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'workspace' },
      spec: {
        serviceAccountName: 'workspace',
        terminationGracePeriodSeconds: 20,
        securityContext: restrictedPod,
        volumes: [{ name: 'tmp', emptyDir: {} }],
        containers: [
          {
            name: 'workspace',
            image: images.programs,
            command: run,
            env: [
              { name: 'HOST', value: '0.0.0.0' },
              { name: 'HOME', value: '/tmp' },
              { name: 'PAYMENTS_URL', value: 'http://payments' },
            ],
            volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            securityContext: restricted,
          },
        ],
      },
    },
  ]);
  return eventually('the workspace to be ready', 60_000, async () => {
    const text = await kubectl(['logs', 'workspace', '-n', namespace]);
    return text.includes('ready:') ? text : undefined;
  });
}
