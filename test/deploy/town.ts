import { routerSelector, services, toShadowName, type EndpointSlice, type Intercept, type Pod, type Service } from '@switchyard/kube';
import { openFakeKubernetes, type FakeKubernetes } from '@switchyard/testkit';
import { openProcessOwner, type OwnedProcess } from '../../tools/process/process-owner.ts';
import { waitFor } from '../../tools/process/wait-for.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { readManifest, type Role } from './role.ts';

/** A cluster that lets a program do what its Role grants, with a Service and what an installation makes. */
export interface Town extends AsyncDisposable {
  readonly kubernetes: FakeKubernetes;
  /** Path of a manager.yaml that takes no fixed port. */
  readonly configuration: string;
  /** Runs `switchyard-manager ARGS` with the rights of `role`. Several run with the same. */
  run(role: Role, ...args: readonly string[]): OwnedProcess;
  /** Changes the Service as its owner would. */
  change(change: { readonly annotations?: Readonly<Record<string, string>> }): void;
  /** Waits for something to become true in the cluster. */
  until(what: string, condition: () => boolean): Promise<void>;
  readonly service: Service | undefined;
}

/** The Service of the town. */
export const serviceName = 'orders';

const root = join(import.meta.dirname, '../..');

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: serviceName },
  spec: { clusterIP: '10.96.0.1', selector: { app: serviceName }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
};

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'orders-0', labels: { app: serviceName } },
  status: { phase: 'Running', podIP: '10.244.0.9' },
};

/** The manager's own. */
export const router: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'manager-0', labels: routerSelector },
  status: { phase: 'Running', podIP: '127.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] },
};

/** An intercept of the town's Service. */
export function toIntercept(key: string, lifetimeSeconds: number): Intercept {
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: `${serviceName}.http.${key}` },
    spec: {
      service: serviceName,
      port: 'http',
      key,
      owner: { user: key },
      publicKey: Buffer.alloc(32, 1).toString('base64'),
      lifetimeSeconds,
    },
  };
}

/** Endpoints of a Service, as Kubernetes would make them. */
function toSlice(name: string): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.0.9'], conditions: { ready: true } }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

/** Opens the town. */
export async function openTown(): Promise<Town> {
  await using opened = new AsyncDisposableStack();
  const kubernetes = opened.use(await openFakeKubernetes());
  const environment = { POD_NAME: 'manager-0', POD_IP: '127.0.0.1', KUBECONFIG: kubernetes.kubeconfig, PATH: process.env['PATH'] };
  const owner = opened.use(openProcessOwner('switchyard-rights', environment, 500));
  for (const object of await readManifest()) if (object.kind === 'Lease') kubernetes.put(object);
  for (const object of [service, pod, router, toSlice(serviceName), toSlice(toShadowName(serviceName))]) kubernetes.put(object);
  const configuration = join(owner.folder, 'manager.yaml');
  await writeFile(configuration, 'apiVersion: switchyard.dev/v1\nkind: Manager\nlisten: 127.0.0.1:0\nhealth: 127.0.0.1:0\n');
  const owned = opened.move();
  const town: Town = {
    kubernetes,
    configuration,
    run(role, ...args) {
      kubernetes.refuse = (request) => (role.admits(request) ? undefined : 403);
      return owner.start(args[0]?.replace(/^--/, '') ?? '', process.execPath, {
        args: [join(root, 'packages/manager/src/main.ts'), ...args],
      });
    },
    change({ annotations }) {
      const present = town.service;
      if (present === undefined) throw new Error('The Service is gone.');
      kubernetes.put({ ...present, metadata: { ...present.metadata, annotations: { ...present.metadata.annotations, ...annotations } } });
    },
    until: async (what, condition) => waitFor(condition, { what, timeoutMs: 40_000 }),
    get service() {
      return kubernetes.get(services, serviceName);
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
  return town;
}
