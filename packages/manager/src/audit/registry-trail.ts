import type { Audit, AuditRecord, InterceptId } from '@switchyard/contract';
import type { UsageReader } from '@switchyard/router';
import type { News, Tell } from '../events/event-log.ts';
import { sessionOf, type Intercept } from '../registry/intercept.ts';

/** What the trail of a registry works with. */
export interface RegistryTrailDeps {
  readonly audit: Audit;
  /** The live intercept `id`. */
  readonly find: (id: InterceptId) => Intercept | undefined;
  readonly usage: () => UsageReader;
  /** Whether the manager lets owners prove who they are. */
  readonly proven: boolean;
}

/** Records what becomes of the intercepts of a registry: takes all of its news, at once. */
export function createRegistryTrail({ audit, find, usage, proven }: RegistryTrailDeps): Tell {
  /** Those that live, as they were when something was last told of them. */
  const live = new Map<InterceptId, Intercept>();

  function follow(id: InterceptId): void {
    const intercept = find(id);
    if (intercept === undefined) return;
    const before = live.get(id);
    live.set(id, intercept);
    const subject = toSubject(intercept, proven);
    if (before === undefined) audit.write({ ...subject, action: 'intercept_created', outcome: 'allowed' });
    else if (intercept.expiresAtMs > before.expiresAtMs) audit.write({ ...subject, action: 'intercept_renewed', outcome: 'allowed' });
  }

  function end(id: InterceptId, { reason, message }: News): void {
    const intercept = live.get(id);
    if (intercept === undefined) return;
    live.delete(id);
    audit.write({
      ...toSubject(intercept, proven),
      action: 'intercept_ended',
      outcome: 'ended',
      reason,
      message,
      usage: usage().usageOf(id) ?? unused,
    });
    usage().forget(id);
  }

  return (news) => {
    if (news.intercept === undefined) return;
    if (news.type === 'intercept_ended') end(news.intercept, news);
    else follow(news.intercept);
  };
}

const unused = { requests: 0, bytesIn: 0, bytesOut: 0 };

function toSubject(intercept: Intercept, proven: boolean): Omit<AuditRecord, 'action' | 'outcome'> {
  const { id, owner, service, port, key, link } = intercept;
  const session = link.t === 'ready' ? link.session : undefined;
  const { client } = sessionOf(intercept);
  return {
    user: owner,
    proven,
    client,
    address: session?.remoteAddress,
    session: session?.id,
    intercept: id,
    service,
    port,
    key,
    target: link.t === 'ready' && link.direct !== undefined ? 'direct' : 'tunnel',
  };
}
