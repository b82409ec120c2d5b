import type { InterceptId } from '@switchyard/contract';
import { protectedAnnotation, revokedAnnotation, toRevocationText, type Intercept } from '@switchyard/kube';
import { createFakeClock, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench } from '../../../test/keeper-bench.ts';
import { createCondition, createIntercept, createService } from '../../../test/objects.ts';
import { readClaim, type Claim } from './claim.ts';
import { findRemoval, findWithdrawal } from './ending.ts';
import type { Judgement } from './judge-intercepts.ts';
import { RecentEndings } from './recent-endings.ts';

const id = 'orders.http.alice' as InterceptId;
const mine = createIntercept(id, 'alice');
const words = `The intercept ${id} was ended by ops@corp.example: load test.`;

function revoke(object: Intercept, text = toRevocationText({ by: 'ops@corp.example', reason: 'load test.' })): Intercept {
  return { ...object, metadata: { ...object.metadata, annotations: { [revokedAnnotation]: text } } };
}

function toClaim(object: Intercept): Claim {
  const claim = readClaim(object);
  if (claim === undefined) throw new Error('no claim');
  return claim;
}

test('the agent of an intercept that is revoked learns who did it and why, and the object goes', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  bench.put(revoke(bench.object(id) ?? mine));
  await bench.untilGone(id);
  expect(agent.events).toEqual([{ t: 'intercept_ended', id, reason: 'revoked', message: words }]);
  expect(bench.seat.ended).toEqual(['revoked']);
  expect(bench.seat.rules).toEqual([]);
});

test('where the mark and the deletion come in one turn, the agent learns it all the same; one that was away when it is back', async () => {
  for (const away of [false, true]) {
    await using bench = await openKeeperBench({ objects: [mine] });
    const agent = createAgent('s1', 'alice');
    await bench.keeper.register(agent, createSpec('alice'));
    if (away) bench.keeper.lose(agent);
    await bench.untilTold(id, 'SessionReady', away ? 'False SessionLost' : 'True SessionReady');
    const marked = revoke(bench.object(id) ?? mine);
    bench.put(marked);
    bench.kube.remove(marked);
    await until(() => bench.keeper.get(id) === undefined);
    expect(agent.events).toEqual(away ? [] : [{ t: 'intercept_ended', id, reason: 'revoked', message: words }]);
    expect(bench.seat.ended).toEqual(['revoked']);
    await expect(bench.keeper.register(createAgent('s2', 'alice'), createSpec('alice'))).rejects.toMatchObject({ message: words });
  }
});

test('an agent that was away then learns it when it is back, and nobody else does', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  bench.keeper.lose(agent);
  await bench.untilTold(id, 'SessionReady', 'False SessionLost');
  bench.put(revoke(bench.object(id) ?? mine));
  await bench.untilGone(id);
  await until(() => bench.keeper.get(id) === undefined);
  await expect(bench.keeper.register(createAgent('s2', 'alice'), createSpec('alice'))).rejects.toMatchObject({
    code: 'intercept_not_found',
    message: words,
  });
  await expect(bench.keeper.register(createAgent('s3', 'mallory'), createSpec('alice'))).rejects.toMatchObject({
    code: 'intercept_not_found',
    message: expect.not.stringContaining('ops'),
  });
});

test('so many ends are kept, for so long [manager.endings] [manager.endingsMs]', () => {
  const clock = createFakeClock();
  const endings = new RecentEndings(clock);
  const end = (name: string): void =>
    endings.follow([
      { claim: toClaim(createIntercept(`orders.http.${name}`, 'alice')), over: { reason: 'idle', message: 'It was idle.' } } as Judgement,
    ]);
  const find = (name: string): string | undefined =>
    endings.find(createAgent('s1', 'alice'), `orders.http.${name}` as InterceptId)?.message;
  for (let index = 0; index <= 1_024; index++) end(`k${index}`);
  expect([find('k0'), find('k1')]).toEqual([undefined, 'It was idle.']);
  clock.advance(599_999);
  end('later');
  expect(find('k1024')).toBe('It was idle.');
  clock.advance(1);
  endings.follow([]);
  expect([find('k1024'), find('later')]).toEqual([undefined, 'It was idle.']);
});

test.for<readonly [string, string]>([
  ['', 'somebody who may revoke intercepts.'],
  ['no JSON', 'somebody who may revoke intercepts.'],
  ['null', 'somebody who may revoke intercepts.'],
  ['{"by":7,"reason":["x"]}', 'somebody who may revoke intercepts.'],
  ['{"by":"ops"}', 'ops.'],
  ['{"by":"ops\\u001b[2J","reason":"a\\nb..."}', 'ops [2J: a b.'],
])('the note %j revokes: %s', ([text, ending]) => {
  expect(findRemoval(toClaim(revoke(mine, text)), false)).toEqual({
    reason: 'revoked',
    message: `The intercept ${id} was ended by ${ending}`,
  });
});

test('what was accepted and is refused for good ends; what never was only stays refused', () => {
  const verdict = { holds: false, reason: 'PolicyDenied', message: 'No policy allows it.' } as const;
  const was = createIntercept(id, 'alice', { status: { conditions: [createCondition('Accepted', 'True', 'Accepted')] } });
  expect(findWithdrawal(toClaim(was), verdict)).toEqual({ reason: 'policy', message: 'No policy allows it.' });
  expect(findWithdrawal(toClaim(mine), verdict)).toBeUndefined();
  expect(findWithdrawal(toClaim(was), { holds: false, reason: 'ServiceNotFound', message: 'Gone.' })).toBeUndefined();
});

test('a Service that becomes protected is given back: its intercepts end, and no other one is accepted', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const agent = createAgent('s1', 'alice');
  await bench.keeper.register(agent, createSpec('alice'));
  await bench.untilTold(id, 'SessionReady', 'True SessionReady');
  const orders = createService('orders');
  bench.put({ ...orders, metadata: { ...orders.metadata, annotations: { [protectedAnnotation]: 'true' } } });
  await bench.untilGone(id);
  expect(agent.events).toMatchObject([{ t: 'intercept_ended', reason: 'policy', message: expect.stringContaining('it is protected') }]);
  expect(bench.keeper.wanted.size).toBe(0);
  bench.put(createIntercept('orders.http.bob', 'bob'));
  await bench.untilTold('orders.http.bob', 'Accepted', 'False Protected');
});

test('an intercept without a key has the name of its match; no policy allows one', async () => {
  const match = [{ allOf: [{ header: { name: 'X-Team', exact: 'blue' } }] }];
  const { key: _key, ...spec } = createIntercept('orders.http', 'alice').spec;
  const named = (name: string): Intercept => ({ ...createIntercept(name, 'alice'), spec: { ...spec, match } });
  const wrong = named('orders.http.match.0000000000000000');
  const [hash] = /[0-9a-f]{16}$/.exec(toClaim(wrong).mistake?.replace(/\.$/, '') ?? '') ?? [];
  expect(toClaim(wrong).mistake).toMatch(/is that of another match/);
  const right = named(`orders.http.match.${hash}`);
  expect(toClaim(right)).toMatchObject({ key: undefined, mistake: undefined, match: [[{ t: 'header', name: 'x-team' }]] });
  expect(readClaim(named('orders.http.alice'))).toBeUndefined();
  expect(readClaim(named(`payments.http.match.${hash}`))).toBeUndefined();
  await using bench = await openKeeperBench({ objects: [right] });
  await bench.untilTold(right.metadata.name, 'Accepted', 'False PolicyDenied');
});
