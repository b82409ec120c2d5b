import {
  InterceptError,
  type Clock,
  type EndReason,
  type InterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type MatchPolicy,
} from '@switchyard/contract';
import { refuseByPolicy } from '@switchyard/policy';
import { checkMatch, toRouteId, type RouteClaim, type Rule } from '@switchyard/route';
import type { ManagerLimits } from '../limits.ts';
import { Announcer, type Audience } from './announcer.ts';
import type { Catalog } from './catalog.ts';
import { InterceptTable } from './intercept-table.ts';
import { sessionOf, toInfo, toRule, toTitle, type AgentSession, type Intercept } from './intercept.ts';
import type { InterceptSource, SessionIntercepts } from './ports.ts';
import { refuseConflict, refuseEarlyGuest, refuseOneMore, refuseTwin } from './refusals.ts';
import { selectRemoved, type Removal } from './removal.ts';
import { grantExpiry, planDue, toAway, type DueStep } from './schedule.ts';

/** What the registry stands on. */
export interface RegistryDeps extends Audience {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly policy: MatchPolicy;
  /** Takes the rules of all live intercepts: once after each change of them, before the method that made it returns. */
  readonly publish: (rules: readonly Rule[]) => void;
}

/**
 * All live intercepts and what may become of them. In memory only: agents register again after a restart.
 * A method runs to its end, or throws with nothing changed. Dispose stops the timers and ends nothing.
 */
export class Registry implements SessionIntercepts, InterceptSource, Disposable {
  readonly #deps: RegistryDeps;
  readonly #limits: ManagerLimits;
  readonly #table: InterceptTable;
  readonly #startedMs: number;
  readonly #announcer: Announcer;

  constructor(deps: RegistryDeps, limits: ManagerLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#table = new InterceptTable(deps.clock);
    this.#announcer = new Announcer(deps);
    this.#startedMs = deps.clock.now();
  }

  /**
   * Adds an intercept. One that the same owner has already goes over to `session` if its own session is lost or belongs to the same
   * process, and asks for what is asked now. Throws `route_conflict`, `limit_reached`, `not_allowed`, `bad_usage` and what `Catalog.find`
   * throws.
   */
  register(session: AgentSession, spec: InterceptSpec): InterceptInfo {
    const place = this.#deps.catalog.find(spec.service, spec.port);
    const expiry = grantExpiry(spec.lifetimeMs, this.#deps.clock, this.#limits);
    const match = checkMatch(spec.match);
    const { key, whenAway, sharedWith, joins } = spec;
    refuseByPolicy({ service: spec.service, key, match }, this.#deps.policy);
    const { service, port } = place;
    const claim = { service, port, key, match, owner: session.owner, sharedWith, joins };
    const old = this.#admit(session, claim);
    // The same process came back after a broken connection: that must not lengthen the intercept's life.
    const kept = old !== undefined && sessionOf(old).instance === session.instance ? old : undefined;
    const { createdAt, expiresAt, expiresAtMs } = kept ?? { createdAt: this.#deps.clock.date(), ...expiry };
    const intercept: Intercept = {
      ...claim,
      id: toRouteId(service, port, claim),
      title: toTitle(key, place.title),
      whenAway,
      createdAt,
      expiresAt,
      expiresAtMs,
      link: { t: 'ready', session },
    };
    this.#put(intercept);
    this.#publish();
    if (old?.link.t === 'ready' && old.link.session !== session) tellEnd(old, 'replaced');
    this.#announcer.registered(intercept, old, session.client);
    return toInfo(intercept);
  }

  /** Ends an intercept of `session`. Throws `intercept_not_found`. */
  unregister(session: AgentSession, id: InterceptId): void {
    this.#end([this.#own(session, id)], 'removed');
  }

  /**
   * Lets an intercept of `session` live for `lifetimeMs` from now (undefined: the limit, which is also the most). Throws
   * `intercept_not_found`.
   */
  renew(session: AgentSession, id: InterceptId, lifetimeMs: number | undefined): InterceptInfo {
    return toInfo(this.#renew(this.#own(session, id), lifetimeMs));
  }

  /**
   * The same for who needs no session for it: that of the intercept is told, and one that is away has no longer for coming back. Throws
   * `intercept_not_found`. Whose it is, the caller looks at.
   */
  renewOwn(id: InterceptId, lifetimeMs: number | undefined): InterceptInfo {
    const intercept = this.#table.get(id);
    if (intercept === undefined) throw new InterceptError('intercept_not_found', `There is no intercept ${id}.`);
    const renewed = this.#renew(intercept, lifetimeMs);
    const { link, expiresAt } = renewed;
    if (link.t === 'ready') link.session.notify({ t: 'intercept_renewed', id, expiresAt });
    return toInfo(renewed);
  }

  /** The session said goodbye: its intercepts end, and nothing is held for them. */
  leave(session: AgentSession): void {
    this.#end(this.#linkedTo(session), 'removed');
  }

  /** The session was lost: its intercepts are away from now on. */
  lose(session: AgentSession): void {
    for (const intercept of this.#linkedTo(session)) {
      const away = { ...intercept, link: toAway(session, intercept, this.#deps.clock, this.#limits) };
      this.#put(away);
      this.#announcer.away(away);
    }
  }

  /**
   * Ends the intercepts of `owner` that match, tells their sessions, and returns what they were. Throws `bad_usage` where the filter says
   * nothing.
   */
  remove(owner: string, removal: Removal): readonly InterceptInfo[] {
    const removed = selectRemoved(this.#table.all(), owner, removal);
    this.#end(removed, 'removed');
    for (const intercept of removed) tellEnd(intercept, 'removed');
    return removed.map(toInfo);
  }

  /** All live intercepts. */
  list(): readonly InterceptInfo[] {
    return this.#table.all().map(toInfo);
  }

  /** The live intercept `id`. */
  get(id: InterceptId): Intercept | undefined {
    return this.#table.get(id);
  }

  /** Calls `onChange` when the intercept `id` ends, or its session is lost or replaced. Returns how to stop that. */
  watch(id: InterceptId, onChange: () => void): () => void {
    return this.#announcer.watch(id, onChange);
  }

  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }

  /** Lets `session` have an intercept, or throws. Returns the one that it takes over. */
  #admit(session: AgentSession, claim: RouteClaim): Intercept | undefined {
    const all = this.#table.all();
    if (this.#deps.clock.now() - this.#startedMs < this.#limits.awayLifetimeMs) refuseEarlyGuest(all, claim);
    refuseConflict(all, claim);
    const old = this.#table.get(toRouteId(claim.service, claim.port, claim));
    if (old !== undefined) refuseTwin(old, session);
    else refuseOneMore(all, claim.owner, this.#limits.interceptsPerOwner);
    return old;
  }

  #renew(intercept: Intercept, lifetimeMs: number | undefined): Intercept {
    const renewed = { ...intercept, ...grantExpiry(lifetimeMs, this.#deps.clock, this.#limits) };
    this.#put(renewed);
    this.#announcer.renewed(renewed);
    return renewed;
  }

  #put(intercept: Intercept): void {
    const due = planDue(intercept, this.#deps.clock.now(), this.#limits);
    this.#table.put(
      intercept,
      due.map(({ t, afterMs }) => ({ afterMs, act: () => this.#meet(t, intercept) })),
    );
  }

  #meet(due: DueStep['t'], intercept: Intercept): void {
    switch (due) {
      case 'warn':
        return this.#warn(intercept);
      case 'expire':
        return this.#expire(intercept);
      case 'give_up':
        return this.#end([intercept], 'session_gone');
    }
  }

  #warn(intercept: Intercept): void {
    const { id, link, expiresAt } = intercept;
    if (link.t === 'ready') link.session.notify({ t: 'expiry_warning', id, expiresAt });
    this.#announcer.expiring(intercept);
  }

  #expire(intercept: Intercept): void {
    this.#end([intercept], 'expired');
    tellEnd(intercept, 'expired');
  }

  /** Ends `intercepts` as one change. */
  #end(intercepts: readonly Intercept[], reason: EndReason): void {
    if (intercepts.length === 0) return;
    for (const { id } of intercepts) this.#table.remove(id);
    this.#publish();
    for (const intercept of intercepts) this.#announcer.ended(intercept, reason);
  }

  #linkedTo(session: AgentSession): readonly Intercept[] {
    return this.#table.all().filter(({ link }) => link.t === 'ready' && link.session === session);
  }

  #own(session: AgentSession, id: InterceptId): Intercept {
    const intercept = this.#table.get(id);
    if (intercept?.link.t === 'ready' && intercept.link.session === session) return intercept;
    throw new InterceptError('intercept_not_found', `This session has no intercept ${id}.`, { hint: 'It has ended: register it again.' });
  }

  #publish(): void {
    this.#deps.publish(this.#table.all().map(toRule));
  }
}

/** Tells the session of an intercept, where it lives, that the intercept is no longer its own. */
function tellEnd({ id, link }: Intercept, reason: EndReason): void {
  if (link.t === 'ready') link.session.notify({ t: 'intercept_ended', id, reason });
}
