import { auditActions, type AuditAction } from '@switchyard/contract';
import { toPrintable } from '../printable.ts';

/** What this command goes by in one audit record; `fields` has all of it. */
export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly action: AuditAction;
  readonly outcome: string;
  readonly user: string;
  readonly proven: boolean;
  readonly service: string | undefined;
  readonly key: string | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How every audit record begins. */
const beginning = '{"audit":true,';

/** The audit record in a line of a manager's log; undefined where the line is none, or one that this version does not know. */
export function readAuditEntry(line: string): AuditEntry | undefined {
  if (!line.startsWith(beginning)) return undefined;
  const fields = parse(line);
  const [id, time, action, user] = [
    toText(fields?.['id']),
    toText(fields?.['time']),
    findAction(fields?.['action']),
    toText(fields?.['user']),
  ];
  if (fields === undefined || id === undefined || time === undefined || action === undefined || user === undefined) return undefined;
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return undefined;
  return {
    id,
    at,
    action,
    outcome: toText(fields['outcome']) ?? '',
    user,
    proven: fields['proven'] === true,
    service: toText(fields['service']),
    key: toText(fields['key']),
    reason: toText(fields['reason']),
    message: toText(fields['message']),
    fields,
  };
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? toPrintable(value) : undefined;
}

function findAction(value: unknown): AuditAction | undefined {
  return auditActions.find((action) => action === value);
}
