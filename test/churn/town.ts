import { kubectl, apply } from '../e2e/support/cluster.ts';
import { images } from '../e2e/support/images.ts';
import { installManager } from '../e2e/support/install.ts';
import { restricted, restrictedPod } from '../e2e/support/manifests.ts';
import { openNamespace } from '../e2e/support/namespace.ts';
import { openToolbox } from '../e2e/support/toolbox.ts';

/** The namespace of the churn: services with their baselines, a manager, a pod for the caller. */
export interface Town extends AsyncDisposable {
  readonly namespace: string;
  readonly services: readonly string[];
  /** Name of the caller's pod. */
  readonly callerPod: string;
}

/** How long an intercept outlives its session here: what crashed is seen to end, and nobody is late who comes back to a busy cluster. */
const awayLifetime = '60s';

/** Sets the town up. */
export async function openTown(count: number): Promise<Town> {
  await using stack = new AsyncDisposableStack();
  const { name: namespace } = stack.use(await openNamespace('churn'));
  const [toolbox] = await Promise.all([
    openToolbox(namespace),
    openServices(namespace, count),
    installManager(namespace, { limits: { awayLifetime } }),
  ]);
  const owned = stack.move();
  return {
    namespace,
    services: toNames(count),
    callerPod: toolbox.pods[0] ?? '',
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

async function openServices(namespace: string, count: number): Promise<void> {
  const labels = { app: 'baselines' };
  const container = {
    name: 'baselines',
    image: images.programs,
    command: ['node', '/e2e/baselines.ts', String(count)],
    readinessProbe: { tcpSocket: { port: 8_100 + count - 1 }, periodSeconds: 1 },
    securityContext: restricted,
  };
  const spec = { containers: [container], securityContext: restrictedPod, terminationGracePeriodSeconds: 1 };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'baselines' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  const services = toNames(count).map((name, index) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8_100 + index }] },
  }));
  await apply(namespace, [deployment, ...services]);
  await kubectl(['rollout', 'status', '-n', namespace, 'deployment/baselines', '--timeout=90s']);
}

function toNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `s${index}`);
}
