import { timingSafeEqual } from 'node:crypto';
import type { Address } from '@switchyard/config';
import { InterceptError, type Code, type InterceptId, type InterceptSpec } from '@switchyard/contract';
import type { InterceptReason, Service } from '@switchyard/kube';
import { checkMatch, toRouteId } from '@switchyard/route';
import { toPortKey } from '@switchyard/takeover';
import type { AgentSession } from '../../registry/intercept.ts';
import type { Acceptance } from '../policies/judge-quota.ts';
import { findCondition, type Claim } from './claim.ts';
import type { Verdict } from './verdict.ts';

/**
 * The name of the object that `spec` means; `service` is its Service, where there is one. Throws `bad_usage` where the port is not
 * clear, or the match makes no sense.
 */
export function toObjectName({ service: name, port, key, match }: InterceptSpec, service: Service | undefined): InterceptId {
  const toId = (portName: string): InterceptId => toRouteId(name, portName, { key, match: key === undefined ? checkMatch(match) : match });
  const ports = service?.spec.ports ?? [];
  if (port !== undefined) {
    const named = ports.find((candidate) => toPortKey(candidate) === port || String(candidate.port) === port);
    return toId(named === undefined ? port : toPortKey(named));
  }
  const [only, another] = ports;
  if (only !== undefined && another === undefined) return toId(toPortKey(only));
  throw new InterceptError('bad_usage', `${name} has ${ports.length} ports known to this manager, so the port must be named.`, {
    hint: ports.length === 0 ? 'See whether there is such a Service.' : `Name one of them: ${ports.map(toPortKey).join(', ')}.`,
  });
}

/** Whether `session` proved to hold the key that stands in the object. */
export function holdsKey(
  { publicKey: proven = '' }: AgentSession,
  { publicKey = '' }: { readonly publicKey?: string | undefined },
): boolean {
  const [left, right] = [Buffer.from(proven), Buffer.from(publicKey)];
  return left.length > 0 && left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Where the agent of `session` is dialled past its session; undefined: through it. Throws `not_allowed` where object and agent disagree
 * about that.
 */
export function toDirect({ remoteAddress }: AgentSession, { directPort }: InterceptSpec, claim: Claim): Address | undefined {
  if ((directPort !== undefined) !== (claim.lane === 'Direct')) throw toOtherLane(claim);
  return directPort === undefined ? undefined : { host: remoteAddress, port: directPort };
}

/**
 * Whether an agent may connect for `claim` though that is not accepted: requests come after somebody's word. Those that waited for it when a
 * drain began go on waiting.
 */
export function mayWait(claim: Claim, { reason, placed }: Acceptance): boolean {
  if (reason === 'ApprovalPending') return true;
  const session = findCondition(claim, 'SessionReady');
  return reason === 'StandingDown' && placed === true && (session?.status === 'True' || session?.reason === 'SessionLost');
}

/** What an agent learns that asks for an intercept without an object. */
export function toUnknown(id: InterceptId): InterceptError {
  return new InterceptError('intercept_not_found', `This namespace has no intercept ${id}.`, {
    hint: 'It has ended, or was never created: `intercept run` creates it with your own kubeconfig.',
  });
}

/** What an agent learns whose key is not the object's. */
export function toForeign(id: InterceptId): InterceptError {
  return new InterceptError('not_allowed', `The intercept ${id} belongs to another agent: its object has another key.`, {
    hint: 'Stop the other one, or use another key (--key).',
    detail: { foreign: true },
  });
}

function toOtherLane({ id, lane }: Claim): InterceptError {
  const [is, asked] = lane === 'Direct' ? ['the direct lane', 'the tunnel'] : ['the tunnel', 'the direct lane'];
  return new InterceptError('not_allowed', `The object of the intercept ${id} says ${is}, and its agent asked for ${asked}.`, {
    hint: 'Delete the intercept and create it again.',
  });
}

const codes: Partial<Record<InterceptReason, Code>> = {
  ServiceNotFound: 'service_not_found',
  PortNotFound: 'service_not_found',
  KeyTaken: 'route_conflict',
  PolicyDenied: 'not_allowed',
  QuotaReached: 'limit_reached',
  Protected: 'not_allowed',
  RightLost: 'not_allowed',
  MatchInvalid: 'bad_usage',
  LimitReached: 'limit_reached',
  NotHttp: 'bad_usage',
};

/** What an agent learns whose intercept is not accepted. */
export function toRefused({ reason, message }: Verdict): InterceptError {
  const hints: Partial<Record<InterceptReason, string>> = {
    KeyTaken: 'Use another key (--key), or ask its owner to share it with you and then say --join.',
    LimitReached: 'Remove some with `intercept down`.',
  };
  const hint = hints[reason];
  const detail = { verdict: reason };
  return new InterceptError(codes[reason] ?? 'service_unsupported', message, hint === undefined ? { detail } : { hint, detail });
}
