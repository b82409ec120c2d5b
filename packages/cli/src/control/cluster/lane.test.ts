import { expect, test } from 'vitest';
import { chooseLane, describeLane, type LaneFacts } from './lane.ts';

const facts: LaneFacts = {
  wanted: undefined,
  local: { host: 'localhost', port: 3000 },
  pod: { address: '10.1.2.3' },
  direct: true,
  isListening: async ({ host, port }) => host === '10.1.2.3' && port === 3000,
};
const loopbackOnly: Partial<LaneFacts> = { isListening: async () => false };

test('direct where the manager can dial the process', async () => {
  expect(await chooseLane(facts)).toEqual({ t: 'direct', port: 3000, address: '10.1.2.3:3000' });
  expect(describeLane(await chooseLane({ ...facts, wanted: 'direct' }))).toBe('direct: the manager dials 10.1.2.3:3000');
});

test.for<readonly [changes: Partial<LaneFacts>, why: string | undefined]>([
  [{ wanted: 'tunnel' }, undefined],
  [{ pod: undefined }, undefined],
  [{ direct: false }, 'tunnel: the manager was reached through the API server, and does not see the address of this pod'],
  [loopbackOnly, 'tunnel: nothing listens at 10.1.2.3:3000, only at localhost:3000'],
])('else the tunnel, with the reason where it is not what everybody expects: %j', async ([changes, why]) => {
  expect(describeLane(await chooseLane({ ...facts, ...changes }))).toBe(why);
});

test.for<readonly [changes: Partial<LaneFacts>, code: string, message: string, hint: string]>([
  [
    { pod: undefined },
    'bad_usage',
    'The direct lane cannot be used: this machine is no pod of the cluster, so that the manager cannot dial it.',
    'Leave out --lane: then requests come through the tunnel.',
  ],
  [
    { direct: false },
    'bad_usage',
    'The direct lane cannot be used: the manager was reached through the API server, and does not see the address of this pod.',
    'Leave out --lane: then requests come through the tunnel.',
  ],
  [
    loopbackOnly,
    'local_refused',
    'The direct lane cannot be used: nothing listens at 10.1.2.3:3000, only at localhost:3000, where the manager cannot dial it.',
    'Let your process listen on 0.0.0.0, or leave out --lane.',
  ],
])('the direct lane that was asked for and cannot be is refused: %j', async ([changes, code, message, hint]) => {
  await expect(chooseLane({ ...facts, wanted: 'direct', ...changes })).rejects.toMatchObject({ code, message, hint });
});
