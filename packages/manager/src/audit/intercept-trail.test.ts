import { silentAudit, type AuditRecord } from '@switchyard/contract';
import { approvedAnnotation, revokedAnnotation } from '@switchyard/kube';
import type { Usage } from '@switchyard/router';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createJudgement, createTold, type AcceptedWord } from '../../test/judgements.ts';
import { auditLimits } from '../limits.ts';
import { InterceptTrail } from './intercept-trail.ts';

interface Bench {
  readonly trail: InterceptTrail;
  readonly records: AuditRecord[];
  readonly clock: FakeClock;
  readonly usage: Map<string, Usage>;
  lead(leading: boolean): void;
}

function openBench(begin: { readonly leading: boolean }): Bench {
  let { leading } = begin;
  const clock = createFakeClock();
  const records: AuditRecord[] = [];
  const usage = new Map<string, Usage>();
  const trail = new InterceptTrail({
    clock,
    audit: { ...silentAudit, write: (record) => void records.push(record) },
    usage: () => ({ usageOf: (id) => usage.get(id), forget: (id) => void usage.delete(id) }),
    isLeading: () => leading,
  });
  onTestFinished(() => {
    trail[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
  return { trail, records, clock, usage, lead: (now) => void (leading = now) };
}

const id = 'orders.http.alice';
const used: Usage = { requests: 7, bytesIn: 70, bytesOut: 700, lastMs: 1 };
const told = (records: readonly AuditRecord[]): unknown => records.map(({ action, reason }) => [action, reason]);
const alice = createJudgement(createTold(id, 'alice', ['True', 'Accepted']));

test.for<[AcceptedWord | undefined, AcceptedWord, string | undefined]>([
  [undefined, ['True', 'Accepted'], 'intercept_created'],
  [['False', 'KeyTaken'], ['True', 'Accepted'], 'intercept_created'],
  [['True', 'Accepted'], ['True', 'Accepted'], undefined],
  [undefined, ['False', 'KeyTaken'], 'intercept_refused'],
  [['True', 'Accepted'], ['False', 'PolicyDenied'], 'intercept_refused'],
  [['False', 'KeyTaken'], ['False', 'PolicyDenied'], 'intercept_refused'],
  [['False', 'KeyTaken'], ['False', 'KeyTaken'], undefined],
])('a status that said %j and says %j is the record %s', ([before, after, action]) => {
  const { trail, records } = openBench({ leading: true });
  const judgement = createJudgement(createTold(id, 'alice', before));
  trail.onWritten({ judgement, now: createTold(id, 'alice', after) });
  expect(records.map((record) => record.action)).toEqual(action === undefined ? [] : [action]);
});

test('an intercept that somebody approved is recorded with their name', () => {
  const { trail, records } = openBench({ leading: true });
  const object = createTold(id, 'alice', ['False', 'ApprovalPending']);
  const metadata = { ...object.metadata, annotations: { [approvedAnnotation]: 'carol' } };
  trail.onWritten({ judgement: createJudgement({ ...object, metadata }), now: createTold(id, 'alice', ['True', 'Accepted']) });
  expect(records).toMatchObject([{ action: 'intercept_created', user: 'alice', approvedBy: 'carol' }]);
});

test('a record says who, on which policy, what for; its id is the same whoever writes it', () => {
  const { trail, records } = openBench({ leading: true });
  const object = createTold(id, 'alice');
  const spec = { ...object.spec, owner: { user: 'alice', groups: ['dev'] }, actor: { kind: 'Agent', onBehalfOf: 'carol' } as const };
  const acceptance = { holds: false, reason: 'PolicyDenied', message: 'No.', policy: 'weekdays' } as const;
  const judgement = createJudgement({ ...object, spec }, { acceptance });
  trail.onWritten({ judgement, now: createTold(id, 'alice', ['False', 'PolicyDenied']) });
  expect(records).toEqual([
    {
      id: `intercept/uid-${id}/refused/PolicyDenied/2030-01-01T00:00:00Z`,
      action: 'intercept_refused',
      outcome: 'refused',
      user: 'alice',
      proven: true,
      groups: ['dev'],
      actor: { kind: 'agent', onBehalfOf: 'carol' },
      client: 'alices-laptop',
      intercept: id,
      service: 'orders',
      port: 'http',
      key: 'alice',
      target: 'tunnel',
      policy: 'weekdays',
      reason: 'PolicyDenied',
      message: 'PolicyDenied.',
    },
  ]);
});

test('a later end is a renewal, the first one is not', () => {
  const { trail, records } = openBench({ leading: false });
  const at = (expiresAt?: string) => createTold(id, 'alice', ['True', 'Accepted'], expiresAt === undefined ? {} : { expiresAt });
  const [one, two] = ['2030-01-01T08:00:00Z', '2030-01-01T09:00:00Z'];
  trail.onWritten({ judgement: createJudgement(at()), now: at(one) });
  trail.onWritten({ judgement: createJudgement(at(one)), now: at(one) });
  trail.onWritten({ judgement: createJudgement(at(two)), now: at(one) });
  expect(records).toEqual([]);
  trail.onWritten({ judgement: createJudgement(at(one)), now: at(two) });
  expect(told(records)).toEqual([['intercept_renewed', undefined]]);
});

test('the leader records an end once, with its reason and what passed', () => {
  const { trail, records, usage } = openBench({ leading: true });
  usage.set(id, used);
  trail.follow([alice]);
  expect(trail.follow([])).toEqual([alice]);
  trail.follow([]);
  trail.follow([{ ...alice, over: { reason: 'expired' } }]);
  trail.follow([]);
  expect(told(records)).toEqual([
    ['intercept_ended', 'removed'],
    ['intercept_ended', 'expired'],
  ]);
  expect(records.map((record) => record.usage?.requests)).toEqual([7, 0]);
});

test('of a revocation it is recorded who did it, as the object says', () => {
  const { trail, records } = openBench({ leading: true });
  const object = createTold(id, 'alice', ['True', 'Accepted']);
  const annotations = { [revokedAnnotation]: '{"by":"root@shop.example","reason":"maintenance"}' };
  trail.follow([
    createJudgement({ ...object, metadata: { ...object.metadata, annotations } }, { over: { reason: 'revoked', message: 'Ended.' } }),
  ]);
  trail.follow([]);
  expect(records).toMatchObject([
    { action: 'intercept_revoked', user: 'root@shop.example', proven: false, intercept: id },
    { action: 'intercept_ended', user: 'alice', reason: 'revoked' },
  ]);
});

test('who does not lead records only what passed through it, after a while [manager.endKeptMs]', () => {
  const { trail, records, clock, usage } = openBench({ leading: false });
  usage.set(id, used);
  trail.follow([alice, createJudgement(createTold('orders.http.bob', 'bob'))]);
  trail.follow([]);
  clock.advance(auditLimits.endKeptMs.value - 1);
  expect(records).toEqual([]);
  clock.advance(1);
  expect(records).toMatchObject([{ action: 'intercept_usage', user: 'alice', usage: { requests: 7 } }]);
});

test('what passed through one that is gone is not counted with the next one of its name', () => {
  const { trail, records, clock, usage } = openBench({ leading: false });
  usage.set(id, used);
  trail.follow([alice]);
  const { metadata, ...rest } = createTold(id, 'alice', ['True', 'Accepted']);
  trail.follow([createJudgement({ ...rest, metadata: { ...metadata, uid: 'another' } })]);
  usage.set(id, { ...used, requests: 1 });
  clock.advance(auditLimits.endKeptMs.value);
  trail[Symbol.dispose]();
  expect(records.map((record) => record.usage?.requests)).toEqual([7, 1]);
});

test('who comes to lead soon after an end records it', () => {
  const { trail, records, clock, lead } = openBench({ leading: false });
  trail.follow([alice]);
  trail.follow([]);
  clock.advance(auditLimits.endKeptMs.value - 1);
  lead(true);
  trail.follow([]);
  expect(told(records)).toEqual([['intercept_ended', 'removed']]);
  clock.advance(1);
  expect(records).toHaveLength(1);
});

test('a manager that stops says what passed through the intercepts that live on', () => {
  const { trail, records, usage } = openBench({ leading: true });
  usage.set(id, used);
  trail.follow([alice]);
  trail[Symbol.dispose]();
  expect(records).toMatchObject([{ action: 'intercept_usage', usage: { requests: 7 } }]);
});
