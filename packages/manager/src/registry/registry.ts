import {
  InterceptError,
  type Clock,
  type EndReason,
  type InterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type Log,
  type MatchPolicy,
} from '@switchyard/contract';
import { refuseByPolicy } from '@switchyard/policy';
import { checkMatch, toRouteId, type RouteClaim, type Rule } from '@switchyard/route';
import type { RemovalFilter } from '@switchyard/tunnel';
import type { Tell } from '../events/event-log.ts';
import { toEndNews, toInterceptNews, type InterceptChange } from '../events/intercept-news.ts';
import type { ManagerLimits } from '../limits.ts';
import type { Catalog } from './catalog.ts';
import { InterceptTable, type Due } from './intercept-table.ts';
import { sessionOf, toInfo, toRule, toTitle, type AgentSession, type AwayLink, type Intercept } from './intercept.ts';
import { grantLifetime } from './lifetime.ts';
import type { InterceptSource, SessionIntercepts } from './ports.ts';
import { refuseConflict, refuseEarlyGuest, refuseTwin } from './refusals.ts';
import { Watchers } from './watchers.ts';

/** What the registry stands on. */
export interface RegistryDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly catalog: Catalog;
  readonly policy: MatchPolicy;
  /** Takes the rules of all live intercepts: once after each change of them, before the method that made it returns. */
  readonly publish: (rules: readonly Rule[]) => void;
  /** Learns of each intercept that ended. */
  readonly onEnd: (reason: EndReason) => void;
  /** Learns of everything that becomes of intercepts. */
  readonly tell: Tell;
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
  readonly #watchers: Watchers = new Watchers();

  constructor(deps: RegistryDeps, limits: ManagerLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#table = new InterceptTable(deps.clock);
    this.#startedMs = deps.clock.now();
  }

  /**
   * Adds an intercept. One that the same owner has already goes over to `session` if its own session is lost or belongs to the same
   * process, and asks for what is asked now. Throws `route_conflict`, `limit_reached`, `not_allowed`, `bad_usage` and what `Catalog.find`
   * throws.
   */
  register(session: AgentSession, spec: InterceptSpec): InterceptInfo {
    const place = this.#deps.catalog.find(spec.service, spec.port);
    const expiry = this.#grant(spec.lifetimeMs);
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
    this.#watchers.announce(intercept.id);
    this.#log(old === undefined ? 'intercept_started' : 'intercept_resumed', intercept, { client: session.client });
    this.#tell(toChange(old), intercept);
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
      const away = { ...intercept, link: this.#away(session, intercept.expiresAtMs) };
      this.#put(away);
      this.#watchers.announce(intercept.id);
      this.#log('intercept_away', intercept);
      this.#tell('intercept_away', away);
    }
  }

  /**
   * Ends the intercepts of `owner` that match, tells their sessions, and returns what they were. Throws `bad_usage` where the filter says
   * nothing.
   */
  remove(
    owner: string,
    { id, service, key, keyless = false, all }: RemovalFilter & { readonly id?: InterceptId },
  ): readonly InterceptInfo[] {
    if (id === undefined && service === undefined && key === undefined && !keyless && !all) {
      throw new InterceptError('bad_usage', 'It was not said which intercepts to remove.', {
        hint: 'Name a service or a key, or ask for all of yours.',
      });
    }
    const matching = this.#table
      .all()
      .filter((intercept) => intercept.owner === owner && (id ?? intercept.id) === intercept.id)
      .filter((intercept) => (service ?? intercept.service) === intercept.service && (key ?? intercept.key) === intercept.key)
      .filter((intercept) => !keyless || intercept.key === undefined);
    this.#end(matching, 'removed');
    for (const intercept of matching) tellEnd(intercept, 'removed');
    return matching.map(toInfo);
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
    return this.#watchers.watch(id, onChange);
  }

  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }

  /** Lets `session` have an intercept, or throws. Returns the one that it takes over. */
  #admit(session: AgentSession, claim: RouteClaim): Intercept | undefined {
    const { owner } = claim;
    const all = this.#table.all();
    if (this.#deps.clock.now() - this.#startedMs < this.#limits.awayLifetimeMs) refuseEarlyGuest(all, claim);
    refuseConflict(all, claim);
    const old = this.#table.get(toRouteId(claim.service, claim.port, claim));
    if (old !== undefined) {
      refuseTwin(old, session);
    } else if (all.filter((intercept) => intercept.owner === owner).length >= this.#limits.interceptsPerOwner) {
      throw new InterceptError('limit_reached', `${owner} has ${this.#limits.interceptsPerOwner} intercepts, and no more are allowed.`, {
        hint: 'Remove some with `intercept down`.',
      });
    }
    return old;
  }

  #grant(wantedMs: number | undefined): Pick<Intercept, 'expiresAt' | 'expiresAtMs'> {
    const lifetimeMs = grantLifetime(wantedMs, this.#limits);
    const { clock } = this.#deps;
    return { expiresAt: new Date(clock.date().getTime() + lifetimeMs), expiresAtMs: clock.now() + lifetimeMs };
  }

  #renew(intercept: Intercept, lifetimeMs: number | undefined): Intercept {
    const renewed = { ...intercept, ...this.#grant(lifetimeMs) };
    this.#put(renewed);
    this.#log('intercept_renewed', renewed, { expires: renewed.expiresAt.toISOString() });
    this.#tell('intercept_changed', renewed);
    return renewed;
  }

  #away(last: AgentSession, expiresAtMs: number): AwayLink {
    const { clock } = this.#deps;
    const [since, sinceMs] = [clock.date(), clock.now()];
    const untilMs = Math.min(sinceMs + this.#limits.awayLifetimeMs, expiresAtMs);
    return { t: 'away', last, since, sinceMs, until: new Date(since.getTime() + untilMs - sinceMs), untilMs };
  }

  #put(intercept: Intercept): void {
    this.#table.put(intercept, this.#duesOf(intercept));
  }

  #duesOf(intercept: Intercept): readonly Due[] {
    const { link } = intercept;
    const nowMs = this.#deps.clock.now();
    const leftMs = intercept.expiresAtMs - nowMs;
    const expire = { afterMs: leftMs, act: () => this.#expire(intercept) };
    if (link.t === 'away') {
      return link.untilMs < intercept.expiresAtMs
        ? [{ afterMs: link.untilMs - nowMs, act: () => this.#end([intercept], 'session_gone') }]
        : [expire];
    }
    const warnMs = leftMs - this.#limits.expiryWarningMs;
    if (warnMs <= 0) return [expire];
    return [expire, { afterMs: warnMs, act: () => this.#warn(intercept, link.session) }];
  }

  #warn(intercept: Intercept, session: AgentSession): void {
    session.notify({ t: 'expiry_warning', id: intercept.id, expiresAt: intercept.expiresAt });
    this.#tell('intercept_expiring', intercept);
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
    for (const intercept of intercepts) {
      this.#watchers.announce(intercept.id);
      this.#deps.onEnd(reason);
      this.#log('intercept_ended', intercept, { reason });
      this.#deps.tell(toEndNews(intercept, reason));
    }
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

  #tell(change: InterceptChange, intercept: Intercept): void {
    this.#deps.tell(toInterceptNews(change, intercept));
  }

  #log(event: string, { id, owner }: Intercept, fields: Readonly<Record<string, string>> = {}): void {
    this.#deps.log.info(event, { intercept: id, owner, ...fields });
  }
}

function toChange(old: Intercept | undefined): InterceptChange {
  if (old === undefined) return 'intercept_created';
  return old.link.t === 'away' ? 'intercept_back' : 'intercept_changed';
}

/** Tells the session of an intercept, where it lives, that the intercept is no longer its own. */
function tellEnd({ id, link }: Intercept, reason: EndReason): void {
  if (link.t === 'ready') link.session.notify({ t: 'intercept_ended', id, reason });
}
