import { InterceptError, type InterceptId, type InterceptInfo, type InterceptSpec, type Log } from '@switchyard/contract';
import { intercepts as interceptType, type Collection, type Intercept, type Service } from '@switchyard/kube';
import { toUserHolder, type TokenBuckets } from '../../auth/token-buckets.ts';
import type { AgentSession } from '../../registry/intercept.ts';
import type { SessionIntercepts } from '../../registry/ports.ts';
import { toObjectName } from '../intercepts/admit.ts';
import { createForUser, refuseExpired, type CreateForUserDeps, type UserSession } from './create-for-user.ts';
import { checkRenewal } from './renewal-check.ts';

/** What the decorated intercepts stand on. */
export interface ActingDeps extends CreateForUserDeps {
  readonly log: Log;
  readonly services: Collection<Service>;
  /** The intercepts of existing objects. */
  readonly intercepts: Collection<Intercept>;
  /** How often each caller may ask, whether for an intercept or by the API. */
  readonly buckets: TokenBuckets;
}

/**
 * `kept`, where an agent whose token proved a user may also ask for an intercept that has no object yet: the manager creates it in the
 * user's name. What is refused after all leaves no object.
 */
export function createActingIntercepts(kept: SessionIntercepts, deps: ActingDeps): SessionIntercepts {
  return {
    async register(session, spec) {
      try {
        return await kept.register(session, spec);
      } catch (reason) {
        if (!hasUser(session) || !isUnclaimed(InterceptError.from(reason))) throw reason;
        return await registerFor(kept, deps, session, spec);
      }
    },
    unregister: (session, id) => kept.unregister(session, id),
    renew(session, id, lifetimeMs) {
      checkSession(deps, session, id, lifetimeMs);
      return kept.renew(session, id, lifetimeMs);
    },
    leave: (session) => kept.leave(session),
    lose: (session) => kept.lose(session),
  };
}

async function registerFor(kept: SessionIntercepts, deps: ActingDeps, session: UserSession, spec: InterceptSpec): Promise<InterceptInfo> {
  const { log, client, services, buckets } = deps;
  buckets.take(toUserHolder(session.user.user));
  const id = toObjectName(spec, services.get(spec.service));
  const [, port = ''] = id.split('.');
  const { metadata } = await createForUser(deps, session, id, { ...spec, port });
  log.info('intercept_created', { intercept: id, owner: session.user.user });
  try {
    return await kept.register(session, { ...spec, port });
  } catch (reason) {
    await client.delete(interceptType, id, { uid: metadata.uid }).catch((failure: unknown) => {
      log.warn('intercept_not_deleted', { intercept: id, code: InterceptError.from(failure).code });
    });
    throw withoutVerdict(InterceptError.from(reason));
  }
}

/** No object is left whose status could say it: so whoever records what sessions are refused is to record this, too. */
function withoutVerdict({ code, message, hint, detail = {}, cause }: InterceptError): InterceptError {
  const { verdict: _verdict, ...rest } = detail;
  return new InterceptError(code, message, { ...(hint === undefined ? {} : { hint }), detail: rest, cause });
}

/**
 * Throws where `session` does not prove that its owner may still renew. A key proves nothing of a person, whose groups may be others by now:
 * those who have no more than that renew with their kubeconfig, and the API server looks at them.
 */
function checkSession(
  { clock, intercepts, namedGroups }: ActingDeps,
  session: AgentSession,
  id: InterceptId,
  lifetimeMs: number | undefined,
): void {
  const object = intercepts.get(id);
  // Whoever keeps the sessions says so.
  if (object === undefined) return;
  if (!hasUser(session) || session.user.user !== object.spec.owner.user) {
    throw new InterceptError('not_allowed', `This session has no token of the owner of ${id}, and so does not prove who renews it.`, {
      hint: 'Run `intercept renew`.',
    });
  }
  refuseExpired(clock, session.user);
  checkRenewal(object, session.user, lifetimeMs, namedGroups());
}

function hasUser(session: AgentSession): session is UserSession {
  return session.user !== undefined;
}

/** There is no object, or it has the key of another agent; one that has just ended is not made again behind its owner's back. */
function isUnclaimed({ code, detail }: InterceptError): boolean {
  return (code === 'intercept_not_found' && detail?.['ended'] === undefined) || (code === 'not_allowed' && detail?.['foreign'] === true);
}
