import { parseRoutingKey, parseServiceName, type Actor, type InterceptSpec } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { toControlledIntercept, toInterceptObject } from './intercept-object.ts';

const spec: InterceptSpec = {
  service: parseServiceName('orders'),
  port: 'http',
  key: parseRoutingKey('alice'),
  match: [],
  sharedWith: [],
  joins: false,
  whenAway: 'fail',
  lifetimeMs: undefined,
  directPort: undefined,
};

function specOf(groups: readonly string[], actor: Actor): Readonly<Record<string, unknown>> {
  return toInterceptObject(spec, { principal: { user: 'alice', groups }, actor, client: 'laptop', publicKey: '' }).spec;
}

test('an object says the groups of its owner, 64 of them, and nothing that it cannot hold [kube.ownerGroups]', () => {
  const many = Array.from({ length: 70 }, (_, index) => `team-${index}`);
  expect(specOf(many, { kind: 'person' })).toMatchObject({ owner: { user: 'alice', groups: many.slice(0, 64) } });
  expect(specOf(['', 'a'.repeat(513), 'bell\u0007', 'system:authenticated'], { kind: 'person' })).toMatchObject({
    owner: { user: 'alice', groups: ['system:authenticated'] },
  });
  expect(specOf([], { kind: 'person' })['owner']).toEqual({ user: 'alice', groups: [] });
});

test('an object says what works there', () => {
  expect(specOf([], { kind: 'ci' })['actor']).toEqual({ kind: 'CI' });
  expect(specOf([], { kind: 'agent', onBehalfOf: 'alice@example.com' })['actor']).toEqual({
    kind: 'Agent',
    onBehalfOf: 'alice@example.com',
  });
});

test.for([
  [90_500, 91],
  [8 * 3_600_000, 28_800],
  [200 * 3_600_000, 28_800],
] as const)('who wants to live for %i ms asks for %i s [kube.lifetimeMs]', ([lifetimeMs, seconds]) => {
  const claimant = { principal: { user: 'alice', groups: [] }, actor: undefined, client: 'laptop', publicKey: '' };
  expect(toInterceptObject({ ...spec, lifetimeMs }, claimant).spec.lifetimeSeconds).toBe(seconds);
});

test.for([
  ['False', 'PolicyDenied', { accepted: false, reason: 'PolicyDenied', message: 'No policy allows  it.' }],
  ['False', 'ApprovalPending', { accepted: false, reason: 'ApprovalPending', message: 'No policy allows  it.' }],
  ['True', 'Accepted', undefined],
] as const)('of one whose condition Accepted is %s with %s, what it waits for is said', ([status, reason, waiting]) => {
  const claimant = { principal: { user: 'alice', groups: [] }, actor: undefined, client: 'laptop', publicKey: '' };
  const accepted = {
    type: 'Accepted',
    status,
    reason,
    message: 'No policy allows\u001b it.',
    lastTransitionTime: '2030-01-01T00:00:00Z',
  } as const;
  const object = { ...toInterceptObject(spec, claimant), status: { conditions: [accepted] } };
  expect(toControlledIntercept(object)).toMatchObject({ waiting, routed: { reason: status === 'True' ? 'Preparing' : reason } });
  expect(toControlledIntercept(toInterceptObject(spec, claimant))?.waiting).toBeUndefined();
});
