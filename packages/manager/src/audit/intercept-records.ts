import type { ActorKind, AuditRecord, AuditUsage } from '@switchyard/contract';
import { approvedAnnotation, readRevocation, type Intercept as InterceptObject } from '@switchyard/kube';
import type { Claim } from '../cluster/intercepts/claim.ts';
import type { Judgement } from '../cluster/intercepts/judge-intercepts.ts';

/** A status that a manager wrote. */
export interface WrittenStatus {
  /** What was thought of the object, with what it said before. */
  readonly judgement: Judgement;
  /** What it says since. */
  readonly now: InterceptObject;
}

/**
 * What is to be recorded because a status was written: whether the intercept is allowed, where that is new, and that it lives longer. The
 * write is what makes it true, and only one manager's write succeeds.
 */
export function toStatusRecords({ judgement: { claim, acceptance }, now }: WrittenStatus): readonly AuditRecord[] {
  const records: AuditRecord[] = [];
  const subject = { ...toSubject(claim), policy: acceptance.policy ?? acceptance.allowance?.policy };
  const [before, after] = [findAccepted(claim.object), findAccepted(now)];
  if (after?.status === 'True' && before?.status !== 'True') {
    const id = toId(claim, `created/${after.lastTransitionTime}`);
    // Only who may approve writes their name there: the API server sees to it.
    const approvedBy = claim.object.metadata.annotations?.[approvedAnnotation];
    records.push({ ...subject, approvedBy, id, action: 'intercept_created', outcome: 'allowed', message: after.message });
  } else if (after?.status === 'False' && (before?.status !== 'False' || before.reason !== after.reason)) {
    const id = toId(claim, `refused/${after.reason}/${after.lastTransitionTime}`);
    records.push({ ...subject, id, action: 'intercept_refused', outcome: 'refused', reason: after.reason, message: after.message });
  }
  const [wasUntil, isUntil] = [claim.object.status?.expiresAt, now.status?.expiresAt];
  if (wasUntil !== undefined && isUntil !== undefined && Date.parse(isUntil) > Date.parse(wasUntil)) {
    const id = toId(claim, `renewed/${isUntil}`);
    records.push({ ...subject, id, action: 'intercept_renewed', outcome: 'allowed', message: `It lives until ${isUntil}.` });
  }
  return records;
}

/** What is to be recorded of an intercept whose object is gone; `last` is what was thought of it last. */
export function toEndRecords({ claim, standing, over }: Judgement, usage: AuditUsage): readonly AuditRecord[] {
  const { reason = 'removed', message } = over ?? {};
  const session = standing.t === 'live' ? standing.session : undefined;
  const subject = { ...toSubject(claim), session: session?.id, address: session?.remoteAddress };
  const ended: AuditRecord = { ...subject, id: toId(claim, 'ended'), action: 'intercept_ended', outcome: 'ended', reason, message, usage };
  const revocation = readRevocation(claim.object);
  if (revocation === undefined) return [ended];
  const revoked: AuditRecord = {
    ...toPlace(claim),
    id: toId(claim, 'revoked'),
    action: 'intercept_revoked',
    outcome: 'allowed',
    // The API server checked that they may revoke, and not that the name is theirs.
    user: revocation.by,
    proven: false,
    reason: 'revoked',
    message,
  };
  return [revoked, ended];
}

/** What passed through an intercept at a router other than the one that records its end. */
export function toUsageRecord(claim: Claim, usage: AuditUsage): AuditRecord {
  return { ...toSubject(claim), action: 'intercept_usage', outcome: 'ended', usage };
}

function toSubject(claim: Claim): Omit<AuditRecord, 'action' | 'outcome'> {
  const { owner, actor } = claim.object.spec;
  return {
    ...toPlace(claim),
    // The API server compares it with the name of who writes the object.
    user: claim.owner,
    proven: true,
    groups: owner.groups,
    actor: actor && { kind: actorKinds[actor.kind], onBehalfOf: actor.onBehalfOf },
    client: claim.client,
  };
}

function toPlace({ id, service, port, key, lane }: Claim): Pick<AuditRecord, 'intercept' | 'service' | 'port' | 'key' | 'target'> {
  return { intercept: id, service, port, key, target: lane === 'Direct' ? 'direct' : 'tunnel' };
}

function toId({ uid }: Claim, happening: string): string {
  return `intercept/${uid}/${happening}`;
}

function findAccepted({ status }: InterceptObject) {
  return status?.conditions?.find(({ type }) => type === 'Accepted');
}

const actorKinds: Readonly<Record<'Person' | 'Agent' | 'CI', ActorKind>> = { Person: 'person', Agent: 'agent', CI: 'ci' };
