import { silentLog } from '@switchyard/contract';
import { leases, managerName, openKubeClient, routedServices } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import { createFakeClock, openFakeKubernetes } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRouted } from '../../test/objects.ts';
import { giveAllBack } from './release.ts';

test('a manager that gets on, but slowly, is waited for for two minutes [manager.releaseMs]', async () => {
  const clock = createFakeClock();
  await using kubernetes = await openFakeKubernetes({ date: () => clock.date() });
  await using client = await openKubeClient({ clock: createSystemClock(), log: silentLog }, { kubeconfig: kubernetes.kubeconfig });
  for (const name of ['a', 'b', 'c', 'd', 'e']) kubernetes.put(createRouted(name));
  const renew = (): void => {
    const present = kubernetes.get(leases, managerName);
    const spec = { holderIdentity: 'manager', leaseDurationSeconds: 15, renewTime: clock.date().toISOString() };
    const metadata = present?.metadata ?? { name: managerName };
    kubernetes.put({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
  };
  renew();
  const [startMs, said]: [number, { readonly line: string; readonly atMs: number }[]] = [clock.now(), []];
  const say = (line: string): void => void said.push({ line, atMs: clock.now() - startMs });
  let exitCode: number | undefined;
  void giveAllBack({ clock, log: silentLog, client, say, signal: new AbortController().signal }).then((code) => (exitCode = code));
  while (exitCode === undefined) {
    while (clock.pending === 0 && exitCode === undefined) await setImmediate();
    renew();
    // It ends one takeover in half a minute, so that it does not seem to stand still.
    const wanted = 5 - Math.floor((clock.now() - startMs) / 30_000);
    const [next] = kubernetes.list(routedServices);
    if (next !== undefined && kubernetes.list(routedServices).length > wanted) kubernetes.remove(next);
    clock.advance(500);
  }
  const late = said.find(({ line }) => line.startsWith('The manager takes too long'));
  expect(late?.atMs).toBe(120_000);
  expect(kubernetes.list(routedServices)).toEqual([]);
});
