import { silentLog } from '@switchyard/contract';
import { leases, managerName, pods, routedServices, routerSelector, services, toShadowName, type Service } from '@switchyard/kube';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import type { TakeoverDeps } from '../src/execute/deps.ts';
import { ensureShadow } from '../src/execute/ensure-shadow.ts';
import { restoreService } from '../src/execute/restore-service.ts';
import { takeService } from '../src/execute/take-service.ts';
import { toOriginal } from '../src/plan/original.ts';
import { FakeCluster } from './fake-cluster.ts';
import { planInto, toService } from './shop.ts';

/** A namespace with Services, and a clock that runs as fast as anybody waits for it. */
export class Town {
  readonly cluster: FakeCluster = new FakeCluster();
  readonly clock: FakeClock = createFakeClock();
  readonly signal: AbortSignal = new AbortController().signal;
  readonly deps: TakeoverDeps = { client: this.cluster, clock: this.clock, log: silentLog };

  /** A Service with its takeover. Returns it as it was before. */
  async take(name: string): Promise<Service> {
    const before = this.cluster.write(services, toService(name), 'helm');
    const original = toOriginal(before, planInto(this.cluster, name));
    if (original === undefined) throw new Error('no plan');
    await ensureShadow(this.deps, before, original, this.signal);
    await takeService(this.deps, name, original, this.signal);
    return before;
  }

  /** Gives the Service back as a manager does. */
  async giveBack(name: string): Promise<void> {
    await restoreService(this.deps, name, this.signal);
    this.cluster.remove(services, toShadowName(name));
    this.cluster.remove(routedServices, name);
  }

  /** A manager renews its Lease. */
  renew(holderIdentity: string): void {
    const present = this.cluster.read(leases, managerName);
    const spec = { holderIdentity, leaseDurationSeconds: 15, renewTime: String(this.clock.now()) };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: managerName }, ...present, spec };
    this.cluster.write(leases, lease, 'manager');
  }

  setRouter(status: 'True' | 'False'): void {
    const metadata = { name: 'router', labels: routerSelector };
    this.cluster.write(pods, { apiVersion: 'v1', kind: 'Pod', metadata, status: { conditions: [{ type: 'Ready', status }] } }, 'kubelet');
  }

  read(name: string): Service | undefined {
    return this.cluster.read(services, name);
  }

  /** Lets time run until `work` is done; `onTick` runs every half second of it. */
  async run<T>(work: Promise<T>, onTick: () => void | Promise<void> = () => {}): Promise<T> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    done.catch(() => {});
    while (!isDone) {
      for (let turn = 0; turn < 20 && !isDone; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (isDone) break;
      await onTick();
      this.clock.advance(500);
    }
    return await done;
  }
}
