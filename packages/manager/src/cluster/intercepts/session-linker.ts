import type { InterceptSpec } from '@switchyard/contract';
import type { AgentSession } from '../../registry/intercept.ts';
import { toDirect } from './admit.ts';
import type { Claim } from './claim.ts';
import { findTargetRefusal } from './direct-target.ts';
import type { InterceptKeeperDeps } from './keeper-deps.ts';
import type { SessionBook } from './session-book.ts';

/** What a linker stands on. */
export interface SessionLinkerDeps extends Pick<InterceptKeeperDeps, 'client' | 'podAddress' | 'pods'> {
  readonly book: SessionBook;
}

/** Links sessions to intercepts, and refuses those that want to be dialled where the router dials nobody. Times are epoch milliseconds. */
export class SessionLinker {
  readonly #deps: SessionLinkerDeps;

  constructor(deps: SessionLinkerDeps) {
    this.#deps = deps;
  }

  /**
   * From now on `session` serves the intercept of `claim`. Returns why it may not be dialled where it asks for that: then it does not, and a
   * session that serves the intercept already goes on. Throws as `toDirect`.
   */
  link(
    session: AgentSession,
    spec: InterceptSpec,
    { claim, nowMs }: { readonly claim: Claim; readonly nowMs: number },
  ): string | undefined {
    const { book } = this.#deps;
    const { id, uid } = claim;
    const direct = toDirect(session, spec, claim);
    const refusal = direct && this.#findRefusal(direct.host);
    if (refusal === undefined) book.put(uid, { t: 'live', id, session, direct, sinceMs: nowMs, word: 'unsaid' });
    else if (book.links.get(uid)?.t !== 'live') book.put(uid, { t: 'refused', message: refusal, sinceMs: nowMs });
    return refusal;
  }

  /** A pod may be gone before its session is known to be lost, and another pod have its address by then. */
  recheck(nowMs: number): void {
    const { book } = this.#deps;
    for (const [uid, link] of book.links) {
      if (link.t !== 'live' || link.direct === undefined) continue;
      const message = this.#findRefusal(link.direct.host);
      if (message !== undefined) book.put(uid, { t: 'refused', message, sinceMs: nowMs });
    }
  }

  #findRefusal(address: string): string | undefined {
    const { client, podAddress, pods } = this.#deps;
    const apiServer = client.connection.server.hostname.replace(/^\[|\]$/g, '');
    return findTargetRefusal(address, { podAddress, apiServer, pods: pods.objects.values() });
  }
}
