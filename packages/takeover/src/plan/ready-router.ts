import { routerSelector, type Pod } from '@switchyard/kube';
import { includesLabels } from './label-selector.ts';

/** Whether `pod` is a router that takes connections, and goes on taking them. */
export function isReadyRouter({ metadata, status }: Pod): boolean {
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  return isReady && metadata.deletionTimestamp === undefined && includesLabels(metadata.labels ?? {}, routerSelector);
}
