import type { Pod } from './core.ts';
import { routerSelector } from './names.ts';

/** Whether callers' traffic is led to `pod` while a Service is taken over. */
export function isRouter({ metadata: { labels = {} } }: Pod): boolean {
  return Object.entries(routerSelector).every(([name, value]) => labels[name] === value);
}

/** Whether `pod` is a router that takes connections, and goes on taking them. */
export function isReadyRouter(pod: Pod): boolean {
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return isReady && pod.metadata.deletionTimestamp === undefined && isRouter(pod);
}
