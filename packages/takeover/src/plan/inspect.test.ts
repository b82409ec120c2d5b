import { originalAnnotation, routerSelector, type OriginalService, type RoutedService, type Service } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { applyJsonPatch } from '../../test/json-patch.ts';
import { toRouted, toService } from '../../test/shop.ts';
import { inspectService, type ServiceState } from './inspect.ts';
import { toOriginal } from './original.ts';
import { toTakePatch } from './take.ts';

const free = toService('orders', {}, { uid: 'u', resourceVersion: '1' });
const planned = toRouted(free);
const record = toOriginal(free, planned) as OriginalService;
const taken = applyJsonPatch(free, toTakePatch(free, record)) as Service;
const ports = taken.spec.ports ?? [];

function routedIn(phase: 'Preparing' | 'Routed' | 'Restoring'): RoutedService {
  return { ...planned, status: { phase, original: record } };
}

function withSpec(service: Service, spec: Partial<Service['spec']>): Service {
  return { ...service, spec: { ...service.spec, ...spec } };
}

function without(service: Service): Service {
  return { ...service, metadata: { ...service.metadata, annotations: {} } };
}

/** `drifted reverted`, `incomplete ports`, `free` ... */
function stateOf(service: Service | undefined, routed?: RoutedService): string {
  const state: ServiceState = inspectService(service, routed);
  return 'how' in state ? `${state.t} ${state.how}` : state.t;
}

test('a Service that was never touched is free, whatever was recorded in advance', () => {
  expect(stateOf(free)).toBe('free');
  expect(stateOf(free, planned)).toBe('free');
  expect(stateOf(free, routedIn('Preparing'))).toBe('free');
  expect(stateOf(free, routedIn('Restoring'))).toBe('free');
});

test('one that is taken says so itself, whatever the phase says', () => {
  expect(stateOf(taken)).toBe('taken');
  for (const phase of ['Preparing', 'Routed', 'Restoring'] as const) expect(stateOf(taken, routedIn(phase))).toBe('taken');
});

test('without a Service, or while it is being deleted, it is gone', () => {
  expect(stateOf(undefined, routedIn('Routed'))).toBe('gone');
  expect(stateOf({ ...taken, metadata: { ...taken.metadata, deletionTimestamp: 'now' } }, routedIn('Routed'))).toBe('gone');
});

test('another object of the same name is a replacement', () => {
  expect(stateOf({ ...free, metadata: { ...free.metadata, uid: 'v' } }, routedIn('Routed'))).toBe('replaced');
});

test('a selector of before is drift, with our annotation or without', () => {
  const back = withSpec(taken, { selector: free.spec.selector ?? {} });
  expect(stateOf(back, routedIn('Routed'))).toBe('drifted reverted');
  expect(stateOf(back)).toBe('drifted reverted');
  expect(stateOf(without(back), routedIn('Routed'))).toBe('drifted reverted');
  expect(stateOf(free, routedIn('Routed'))).toBe('drifted reverted');
});

test('another selector is drift to follow', () => {
  expect(stateOf(withSpec(taken, { selector: { app: 'new' } }), routedIn('Routed'))).toBe('drifted reselected');
});

test('labels of a manifest beside ours select nobody: what is left of a client-side apply is incomplete, and they are what its owner wants', () => {
  const merged = withSpec(taken, { selector: { ...routerSelector, app: 'new' } });
  expect(stateOf(merged, routedIn('Routed'))).toBe('incomplete selector');
  expect(toOriginal(merged, routedIn('Routed'))?.selector).toEqual({ app: 'new' });
});

test('our selector with a foreign targetPort, or without the record, is incomplete', () => {
  const foreign = ports.map((port, index) => (index === 0 ? { ...port, targetPort: 8080 } : port));
  expect(stateOf(withSpec(taken, { ports: foreign }), routedIn('Routed'))).toBe('incomplete targetPorts');
  expect(stateOf(without(taken), routedIn('Routed'))).toBe('incomplete annotation');
  const unreadable = { ...taken, metadata: { ...taken.metadata, annotations: { [originalAnnotation]: '{}' } } };
  expect(stateOf(unreadable, routedIn('Routed'))).toBe('incomplete annotation');
});

test('ports that were added, removed or renumbered are incomplete', () => {
  const added = [...ports, { name: 'grpc', port: 82, targetPort: 82 }];
  const removed = ports.slice(1);
  const renumbered = ports.map((port, index) => (index === 0 ? { ...port, port: 8080 } : port));
  for (const changed of [added, removed, renumbered]) {
    expect(stateOf(withSpec(taken, { ports: changed }), routedIn('Routed'))).toBe('incomplete ports');
  }
  // With a plan of the new ports, the values are what is left to write.
  const next = { ...routedIn('Routed'), spec: toRouted(withSpec(taken, { ports: added }), planned).spec };
  expect(stateOf(withSpec(taken, { ports: added }), next)).toBe('incomplete targetPorts');
});

test('the routers without any record are stranded', () => {
  expect(stateOf(without(taken))).toBe('stranded');
  expect(stateOf(without(taken), planned)).toBe('stranded');
});

test('what a Service would be is its record where the value is ours, and its own value where it is not', () => {
  const renumbered = withSpec(taken, {
    selector: { app: 'new' },
    ports: [{ name: 'http', port: 8080, targetPort: ports[0]?.targetPort ?? 0 }],
  });
  const next = { ...routedIn('Routed'), spec: toRouted(renumbered, planned).spec };
  const routerPort = planned.spec.ports[0]?.routerPort;
  expect(toOriginal(renumbered, next)).toMatchObject({
    uid: 'u',
    selector: { app: 'new' },
    ports: [{ port: 8080, targetPort: 'web', routerPort }],
  });
  expect(toOriginal(renumbered, planned)).toBeUndefined();
});
