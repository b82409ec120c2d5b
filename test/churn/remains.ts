import { kubectl, read } from '../e2e/support/cluster.ts';
import { sampleManagers, type ManagerSample } from './gauges.ts';

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

/** The specs of the Services as they were, by name. */
export type Services = ReadonlyMap<string, string>;

/** Reads the Services of the namespace. */
export async function readServices(namespace: string): Promise<Services> {
  const { items } = await read<{ items: readonly Item[] }>(['get', 'services', '-n', namespace]);
  return new Map(items.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec)]));
}

/** What is left after everybody is gone, a line each: objects, shadows, changed Services, and what managers still hold. */
export async function findRemains(namespace: string, before: Services): Promise<readonly string[]> {
  const objects = await kubectl(['get', 'intercepts,routedservices', '-n', namespace, '-o', 'name']);
  const after = await readServices(namespace);
  const managers = await sampleManagers(namespace, 0);
  return [
    ...objects.split('\n').filter((line) => line !== ''),
    ...[...after.keys()].filter((name) => !before.has(name)).map((name) => `service/${name}`),
    ...[...before].flatMap(([name, spec]) => (after.get(name) === spec ? [] : [`service/${name} changed: ${after.get(name) ?? 'gone'}`])),
    ...managers.flatMap(toHeld),
  ];
}

function toHeld({ pod, sessions, pipes, ready, routed }: ManagerSample): readonly string[] {
  return Object.entries({ sessions, pipes, ready, routed }).flatMap(([what, count]) => (count === 0 ? [] : [`${pod}: ${count} ${what}`]));
}
