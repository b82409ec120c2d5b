import { edgeAnnotation, sourceAddressAnnotation } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { toService } from '../../test/shop.ts';
import { findServiceRefusal } from './refusal.ts';
import { readWishes } from './wishes.ts';

const withAnnotations = (annotations: Readonly<Record<string, string>>) => toService('orders', {}, { annotations });

test('a Service without annotations is trusted, and its baseline is told nothing', () => {
  expect(readWishes(toService('orders'))).toEqual({ edge: 'trusted', sourceAddress: 'none', invalid: [] });
});

test('annotations say otherwise', () => {
  const service = withAnnotations({ [edgeAnnotation]: 'untrusted', [sourceAddressAnnotation]: 'proxy-protocol' });
  expect(readWishes(service)).toEqual({ edge: 'untrusted', sourceAddress: 'proxy-protocol', invalid: [] });
  expect(findServiceRefusal(service, { networkPolicies: [], baselinePods: [] })).toBeUndefined();
});

test.for([
  [{ [edgeAnnotation]: 'Untrusted' }, 'its annotation switchyard.dev/edge is "Untrusted", which is none of trusted, untrusted'],
  [{ [edgeAnnotation]: '' }, 'its annotation switchyard.dev/edge is "", which is none of trusted, untrusted'],
  [
    { [sourceAddressAnnotation]: 'x-forwarded-for' },
    'its annotation switchyard.dev/source-address is "x-forwarded-for", which is none of none, forwarded, proxy-protocol',
  ],
] as const)('%j: the careful choice, and no takeover', ([annotations, why]) => {
  const service = withAnnotations(annotations);
  expect(readWishes(service)).toEqual({
    edge: edgeAnnotation in annotations ? 'untrusted' : 'trusted',
    sourceAddress: 'none',
    invalid: [why],
  });
  expect(findServiceRefusal(service, { networkPolicies: [], baselinePods: [] })).toEqual({
    reason: 'InvalidAnnotation',
    message: `orders cannot be intercepted: ${why}.`,
  });
});
