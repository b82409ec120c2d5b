import type { Intercept } from '@switchyard/kube';
import { createFakeClock } from '@switchyard/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createJudgement, createTold } from '../../../test/judgements.ts';
import { createCondition, createRouted } from '../../../test/objects.ts';
import { InterceptCrier } from './intercept-crier.ts';
import { toServiceNews } from './service-news.ts';

const id = 'orders.http.alice';

function openBench({ leading = true }: { readonly leading?: boolean } = {}) {
  const clock = createFakeClock();
  const told: string[] = [];
  const tell = (object: { readonly metadata: { readonly name: string } }, { reason }: { readonly reason: string }): void =>
    void told.push(`${object.metadata.name} ${reason}`);
  const crier = new InterceptCrier({ clock, tell, isLeading: () => leading, expiryWarningMs: 600_000 });
  onTestFinished(() => crier[Symbol.dispose]());
  return { clock, told, crier };
}

function toldAs(...conditions: readonly Parameters<typeof createCondition>[]): Intercept {
  const object = createTold(id, 'alice');
  return { ...object, status: { conditions: conditions.map((each) => createCondition(...each)) as never } };
}

test('what is new in the conditions of an intercept is told, what was there at first is not', () => {
  const { crier, told } = openBench();
  const steps = [
    toldAs(['Accepted', 'False', 'KeyTaken']),
    toldAs(['Accepted', 'False', 'KeyTaken'], ['SessionReady', 'False', 'NoSession']),
    toldAs(['Accepted', 'True', 'Accepted'], ['SessionReady', 'False', 'NoSession']),
    toldAs(['Accepted', 'True', 'Accepted'], ['Routed', 'True', 'Routed'], ['SessionReady', 'True', 'SessionReady']),
    toldAs(['Accepted', 'True', 'Accepted'], ['Routed', 'False', 'Preparing'], ['SessionReady', 'False', 'SessionLost']),
    toldAs(['Accepted', 'True', 'Accepted'], ['Routed', 'True', 'Routed'], ['SessionReady', 'True', 'SessionReady']),
    toldAs(['Accepted', 'False', 'PolicyDenied'], ['Routed', 'True', 'Routed'], ['SessionReady', 'True', 'SessionReady']),
  ];
  for (const step of steps) crier.follow([createJudgement(step)], []);
  crier.follow([], [createJudgement(createTold(id, 'alice'), { over: { reason: 'revoked', message: 'Ended.' } })]);
  crier.follow([], [createJudgement(createTold(id, 'alice'), { over: { reason: 'expired' } })]);
  expect(told.map((line) => line.split(' ')[1])).toEqual([
    'Accepted',
    'Routed',
    'SessionReady',
    'SessionLost',
    'Routed',
    'SessionBack',
    'Refused',
    'Revoked',
    'Ended',
  ]);
});

test('an end that comes near is told once, and again after a renewal', () => {
  const { crier, told, clock } = openBench();
  const startMs = clock.date().getTime();
  const until = (expiresAtMs: number) => {
    const object = createTold(id, 'alice', ['True', 'Accepted']);
    const metadata = { ...object.metadata, creationTimestamp: clock.date().toISOString() };
    return createJudgement({ ...object, metadata }, { expiresAtMs });
  };
  const first = until(startMs + 3_600_000);
  crier.follow([first], []);
  clock.advance(3_000_000 - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  crier.follow([first], []);
  expect(told).toEqual([`${id} Expiring`]);
  crier.follow([{ ...first, expiresAtMs: startMs + 7_200_000 }], []);
  clock.advance(3_600_000);
  expect(told).toEqual([`${id} Expiring`, `${id} Expiring`]);
});

test('who does not lead tells nothing', () => {
  const { crier, told } = openBench({ leading: false });
  crier.follow([createJudgement(createTold(id, 'alice'))], []);
  crier.follow([createJudgement(createTold(id, 'alice', ['True', 'Accepted']))], []);
  crier.follow([], [createJudgement(createTold(id, 'alice'))]);
  expect(told).toEqual([]);
});

test('a Service is taken over, contested and given back', () => {
  const reasons = (...of: Parameters<typeof toServiceNews>): readonly string[] => toServiceNews(...of).map(({ reason }) => reason);
  const preparing = createRouted('orders', { phase: 'Preparing' });
  const routed = createRouted('orders');
  const contested = createRouted('orders', { conditions: [createCondition('Contested', 'True', 'Contested')] });
  expect(reasons(undefined, preparing)).toEqual([]);
  expect(reasons(preparing, routed)).toEqual(['TakenOver']);
  expect(reasons(routed, routed)).toEqual([]);
  expect(reasons(routed, contested)).toEqual(['Contested']);
  expect(reasons(contested, contested)).toEqual([]);
  expect(reasons(routed, undefined)).toEqual(['GivenBack']);
  expect(reasons(undefined, undefined)).toEqual([]);
});
