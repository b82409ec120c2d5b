import { auditActions, type AuditRecord } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditLimits } from '../limits.ts';
import { toAuditLine } from './audit-line.ts';

const noon = new Date(Date.UTC(2026, 0, 2, 12, 3, 4, 5));
const record: AuditRecord = { action: 'session_opened', outcome: 'allowed', user: 'alice', proven: true };

test('a line says what it is, when, and by whom it was written', () => {
  expect(JSON.stringify(toAuditLine(record, { namespace: 'dev', manager: 'pod-1' }, 'id-1', noon))).toBe(
    '{"audit":true,"schema":"switchyard.dev/audit/v1","time":"2026-01-02T12:03:04.005Z","id":"id-1","namespace":"dev","manager":"pod-1",' +
      '"action":"session_opened","outcome":"allowed","user":"alice","proven":true}',
  );
});

test('whatever somebody is called, it is one line that no terminal acts on', () => {
  const odd = [
    '\u0000',
    '\u0007',
    '\n',
    '\u001b[2J',
    '\u007f',
    '\u009b',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\ud800',
    '"',
    '\\',
    '\u{1f600}',
    'alice',
  ];
  const text = fc.string({ unit: fc.constantFrom(...odd), maxLength: 400 });
  fc.assert(
    fc.property(text, text, fc.constantFrom(...auditActions), (name, message, action) => {
      const groups = [name];
      const subject = {
        user: name,
        client: name,
        address: name,
        key: name,
        reason: name,
        groups,
        actor: { kind: 'ci', onBehalfOf: name } as const,
      };
      const line = JSON.stringify(toAuditLine({ ...record, ...subject, action, message }, {}, name, noon));
      expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(line.startsWith('{"audit":true,')).toBe(true);
      expect(JSON.parse(line)).toMatchObject({ action });
    }),
  );
});

test('long names and sentences are cut, and groups are bounded [manager.auditTextChars] [manager.auditMessageChars] [manager.auditGroups]', () => {
  const long = 'x'.repeat(5_000);
  const groups = Array.from({ length: 1_000 }, (_, index) => `group-${index}`);
  const line = toAuditLine({ ...record, user: long, message: long, groups }, {}, 'id', noon);
  expect([line.user.length, line.message?.length, line.groups?.length]).toEqual([
    auditLimits.auditTextChars.value,
    auditLimits.auditMessageChars.value,
    auditLimits.auditGroups.value,
  ]);
});

test('what an object carries beside the fields of a record goes nowhere', () => {
  const usage = { requests: 1, bytesIn: 2, bytesOut: 3, lastMs: 4, body: 'planted-secret' };
  const carried = { ...record, token: 'planted-secret', headers: { authorization: 'planted-secret' }, usage };
  expect(JSON.stringify(toAuditLine(carried, {}, 'id', noon))).not.toContain('planted-secret');
});
