import { InterceptError, type AuditRecord } from '@switchyard/contract';
import type { Hello, ServerSession, SessionEvents } from '@switchyard/tunnel';
import { expect, test } from 'vitest';
import { createSession, createSpec } from '../../test/fakes.ts';
import { auditCaller, auditSessions, auditTurnedAway, type WhoIs } from './audit-sessions.ts';

const hello: Hello = {
  instance: '0123456789abcdef',
  owner: 'claimed',
  client: 'laptop',
  actor: { kind: 'agent', onBehalfOf: 'carol' },
  token: 'planted-secret',
  publicKey: 'planted-secret',
  version: 1,
};
const session = createSession('s1', 'alice') as unknown as ServerSession;
const events: SessionEvents = {
  onRegister: () => Promise.reject(new InterceptError('route_conflict', 'Taken.')),
  onUnregister: async () => {},
  onRenew: () => Promise.reject(new Error('nobody renews')),
  onClose: () => {},
};
const alice: WhoIs = () => ({ user: 'alice', groups: ['dev'], proven: true });

function open(whoIs: WhoIs = alice, changes: Partial<SessionEvents> = {}) {
  const records: AuditRecord[] = [];
  const accept = auditSessions(async () => ({ ...events, ...changes }), whoIs, { write: (record) => void records.push(record) });
  return { records, accepted: accept(hello, session) };
}

const subject = { user: 'alice', groups: ['dev'], proven: true, actor: hello.actor, client: 'laptop', address: '127.0.0.1', session: 's1' };

test('a session is one record when it opens and one when it closes, without a secret', async () => {
  const { records, accepted } = open();
  (await accepted).onClose({ t: 'goodbye' });
  expect(records).toEqual([
    { ...subject, id: 'session/s1/opened', action: 'session_opened', outcome: 'allowed' },
    { ...subject, id: 'session/s1/closed', action: 'session_closed', outcome: 'ended', reason: 'goodbye' },
  ]);
  expect(JSON.stringify(records)).not.toContain('planted-secret');
});

test('a lost session says why', async () => {
  const { records, accepted } = open();
  (await accepted).onClose({ t: 'lost', error: new InterceptError('tunnel_lost', 'Silent.') });
  expect(records[1]).toMatchObject({ action: 'session_closed', reason: 'tunnel_lost', message: 'Silent.' });
});

test('an intercept that is refused is one record; what an object’s status says is not repeated', async () => {
  const { records, accepted } = open();
  await expect((await accepted).onRegister(createSpec('alice'))).rejects.toThrow('Taken.');
  expect(records[1]).toMatchObject({
    ...subject,
    action: 'intercept_refused',
    outcome: 'refused',
    service: 'orders',
    key: 'alice',
    reason: 'route_conflict',
  });
  const told = new InterceptError('route_conflict', 'Taken.', { detail: { verdict: 'KeyTaken' } });
  const another = open(alice, { onRegister: () => Promise.reject(told) });
  await expect((await another.accepted).onRegister(createSpec('alice'))).rejects.toThrow('Taken.');
  expect(another.records).toHaveLength(1);
});

test('who is refused is recorded by the name that they claim', async () => {
  const records: AuditRecord[] = [];
  const refusal = new InterceptError('not_signed_in', 'Who are you?');
  const audit = { write: (record: AuditRecord) => void records.push(record) };
  const whoIs: WhoIs = () => {
    throw refusal;
  };
  await expect(auditSessions(() => Promise.reject(refusal), whoIs, audit)(hello, session)).rejects.toBe(refusal);
  auditTurnedAway(audit)({ owner: 'claimed', client: 'laptop', actor: undefined, remoteAddress: '10.0.0.66' }, refusal);
  auditCaller(audit)({ owner: 'claimed', token: 'planted-secret', address: '10.0.0.66' }, refusal);
  const same = {
    action: 'session_refused',
    outcome: 'refused',
    user: 'claimed',
    proven: false,
    reason: 'not_signed_in',
    message: 'Who are you?',
  };
  expect(records).toMatchObject([
    { ...same, address: '127.0.0.1' },
    { ...same, address: '10.0.0.66' },
    { ...same, address: '10.0.0.66' },
  ]);
  expect(JSON.stringify(records)).not.toContain('planted-secret');
});
