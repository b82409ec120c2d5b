import type { AuditRecord } from '@switchyard/contract';
import { auditLimits } from '../limits.ts';

/** Which manager writes. */
export interface AuditOrigin {
  /** Undefined outside of a cluster. */
  readonly namespace?: string | undefined;
  /** The manager's pod. */
  readonly manager?: string | undefined;
}

/** The format of the lines. Fields may be added to it; what a field means never changes. */
export const auditSchema = 'switchyard.dev/audit/v1';

/** One record as it leaves the manager: `audit` tells it from a line of the log. */
export interface AuditLine extends AuditRecord, AuditOrigin {
  readonly audit: true;
  readonly schema: typeof auditSchema;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly id: string;
}

const { auditTextChars, auditMessageChars, auditGroups } = auditLimits;

/**
 * `record` as a line: its fields by name and nothing else, whatever the object carries besides. Names come from anybody: what could act on
 * a terminal or break a line is replaced, and what is very long is cut.
 */
export function toAuditLine(record: AuditRecord, { namespace, manager }: AuditOrigin, id: string, time: Date): AuditLine {
  const { action, outcome, proven, groups, actor, target, usage } = record;
  return {
    audit: true,
    schema: auditSchema,
    time: time.toISOString(),
    id: clean(id),
    namespace,
    manager,
    action,
    outcome,
    user: clean(record.user),
    proven,
    groups: groups?.slice(0, auditGroups.value).map((group) => clean(group)),
    actor: actor && { kind: actor.kind, onBehalfOf: cleanSome(actor.onBehalfOf) },
    client: cleanSome(record.client),
    address: cleanSome(record.address),
    session: cleanSome(record.session),
    intercept: cleanSome(record.intercept),
    service: cleanSome(record.service),
    port: cleanSome(record.port),
    key: cleanSome(record.key),
    target,
    reason: cleanSome(record.reason),
    policy: cleanSome(record.policy),
    approvedBy: cleanSome(record.approvedBy),
    message: record.message === undefined ? undefined : clean(record.message, auditMessageChars.value),
    usage: usage && { requests: usage.requests, bytesIn: usage.bytesIn, bytesOut: usage.bytesOut },
  };
}

function cleanSome(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clean(text);
}

function clean(text: string, most: number = auditTextChars.value): string {
  return text.slice(0, most).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}
