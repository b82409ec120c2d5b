import { InterceptError, type InterceptId, type InterceptInfo, type InterceptSpec, type ServiceName } from '@switchyard/contract';
import type { ManagerLimits } from '../../limits.ts';
import type { KeyOwner } from '../../auth/key-identity.ts';
import { createAccessReviewer } from '../rights/review-access.ts';
import { findReviewed } from '../rights/reviewed.ts';
import { RightWatch } from '../rights/right-watch.ts';
import { toUnverifiable } from '../rights/right.ts';
import { toInfo, type AgentSession, type Intercept } from '../../registry/intercept.ts';
import { grantRenewal } from '../policies/renewal.ts';
import { mayWait, toRefused, toUnknown } from './admit.ts';
import { createClaimReader, type ClaimReader } from './claim-reader.ts';
import type { Claim } from './claim.ts';
import { findClaim } from './find-claim.ts';
import type { InterceptKeeper, LiveSession } from './intercept-keeper.ts';
import type { InterceptKeeperDeps } from './keeper-deps.ts';
import { judgeIntercepts, type Judgement } from './judge-intercepts.ts';
import type { ManagerTimes } from './judge-standing.ts';
import { isLive, isPlaced, toIntercept, toPlacedInfo } from './live-intercept.ts';
import { LastWords } from './last-words.ts';
import { lookAtCluster } from './look-at-cluster.ts';
import { Lookups } from './lookups.ts';
import { NextDue } from './next-due.ts';
import { ObjectSync } from './object-sync.ts';
import { Pace } from './pace.ts';
import { findPeers, PeerWatch } from './peers.ts';
import { RecentEndings } from './recent-endings.ts';
import { RenewalNews } from './renewal-news.ts';
import { RouteTable } from './route-table.ts';
import { SessionBook } from './session-book.ts';
import { SessionLinker } from './session-linker.ts';
import { UseNotes } from './use-notes.ts';
import { WaitingNews } from './waiting-news.ts';
import { findNextSettled } from './waiting.ts';
import { WantedServices } from './wanted-services.ts';

/** Opens the keeper of a namespace's intercepts. It begins when all collections are there. Dispose ends no intercept. */
export function openInterceptKeeper(deps: InterceptKeeperDeps, limits: ManagerLimits): InterceptKeeper {
  return new Keeper(deps, limits);
}

/**
 * Level-triggered: after every change, of objects, sessions, time or who leads, all of it is judged anew (`judgeIntercepts`, pure), and
 * what differs from that is brought about. So it does not matter what was missed, or in which order it came.
 */
class Keeper implements InterceptKeeper {
  readonly #deps: InterceptKeeperDeps;
  readonly #limits: ManagerLimits;
  readonly #claims: ClaimReader;
  readonly #lastWords: LastWords = new LastWords();
  readonly #lookups: Lookups;
  readonly #book: SessionBook = new SessionBook();
  readonly #linker: SessionLinker;
  readonly #endings: RecentEndings;
  readonly #wanted: WantedServices = new WantedServices();
  readonly #uses: UseNotes;
  readonly #rights: RightWatch;
  readonly #table: RouteTable;
  readonly #objects: ObjectSync;
  readonly #due: NextDue;
  readonly #renewals: RenewalNews = new RenewalNews();
  readonly #waiting: WaitingNews;
  readonly #pace: Pace;
  readonly #opened: DisposableStack = new DisposableStack();
  /** Sessions that are over: what they asked for before comes to nothing. */
  readonly #over: WeakSet<AgentSession> = new WeakSet();
  readonly synced: Promise<void>;
  /** Undefined until all collections are there. */
  #times: { readonly startedMs: number; readonly peers: PeerWatch } | undefined;
  #judgements: readonly Judgement[] = [];

  constructor(deps: InterceptKeeperDeps, limits: ManagerLimits) {
    const { clock, log, client, intercepts } = deps;
    this.#deps = deps;
    this.#limits = limits;
    this.#claims = createClaimReader(intercepts, log);
    this.#lookups = new Lookups(clock);
    this.#linker = new SessionLinker({ ...deps, book: this.#book });
    this.#endings = new RecentEndings(clock);
    this.#uses = new UseNotes(deps, limits.idleLifetimeMs);
    this.#table = new RouteTable(deps);
    this.#waiting = new WaitingNews(clock);
    this.#pace = this.#opened.use(new Pace(clock, () => this.#pass()));
    const onIdle = (): void => this.#pace.soon();
    this.#objects = this.#opened.use(
      new ObjectSync({ ...deps, book: this.#book, onIdle, noteworthyUse: (claim) => this.#uses.noteworthy(claim) }),
    );
    this.#rights = this.#opened.use(new RightWatch({ clock, log, review: createAccessReviewer(client), onChange: onIdle }));
    this.#due = this.#opened.use(new NextDue(clock, limits, onIdle));
    this.synced = this.#begin();
    // Whoever opened the collections learns of their failure; here it reaches those who register.
    this.synced.catch(() => {});
  }

  get wanted(): ReadonlySet<ServiceName> {
    return this.#wanted.services;
  }

  onWantedChange(listener: () => void): () => void {
    return this.#wanted.onChange(listener);
  }

  /**
   * Lets `session` serve the intercept of an object that has its key. Rejects with `intercept_not_found`, `not_allowed` (another key, a
   * target that may not be dialled), what speaks against the intercept, or `cluster_unavailable` where the object is not known and nobody
   * can be asked.
   */
  async register(session: AgentSession, spec: InterceptSpec): Promise<InterceptInfo> {
    await this.synced;
    const claim = await findClaim({ ...this.#deps, claims: this.#claims, lookups: this.#lookups, endings: this.#endings }, session, spec);
    await this.#rights.settle(claim);
    if (this.#over.has(session)) throw new InterceptError('tunnel_lost', 'The session ended while it asked for an intercept.');
    // The object may have come just now, past the watch.
    this.reconsider();
    const { over, acceptance } = this.#judgementOf(claim);
    if (over !== undefined) throw this.#endings.find(session, claim.id) ?? toUnknown(claim.id);
    if (!acceptance.holds && !mayWait(claim, acceptance)) throw toRefused(acceptance);
    const refusal = this.#linker.link(session, spec, { claim, nowMs: this.#nowMs() });
    this.reconsider();
    if (refusal !== undefined) {
      throw new InterceptError('not_allowed', refusal, { hint: 'Use the tunnel: run it without the direct lane.' });
    }
    this.#log('intercept_linked', claim, { client: session.client });
    return this.#infoOf(claim);
  }

  unregister(session: AgentSession, id: InterceptId): void {
    this.#book.end(this.#own(session, id).uid);
    this.reconsider();
  }

  renew(session: AgentSession, id: InterceptId, lifetimeMs: number | undefined): InterceptInfo {
    const claim = this.#own(session, id);
    const info = this.#renew(claim, lifetimeMs);
    this.#renewals.asked(claim.uid, info.expiresAt.getTime());
    return info;
  }

  renewById(id: InterceptId, lifetimeMs: number | undefined): InterceptInfo {
    const claim = this.#claims.get(id);
    if (claim === undefined) throw toUnknown(id);
    return this.#renew(claim, lifetimeMs);
  }

  #renew(claim: Claim, lifetimeMs: number | undefined): InterceptInfo {
    if (this.#rights.of(claim) === 'unverifiable') throw toUnverifiable(claim);
    this.#book.renew(claim.uid, this.#nowMs() + grantRenewal(lifetimeMs, this.#judgementOf(claim).acceptance, this.#limits));
    this.reconsider();
    this.#log('intercept_renewed', claim);
    return this.#infoOf(claim);
  }

  leave(session: AgentSession): void {
    this.#over.add(session);
    for (const uid of this.#book.servedBy(session)) this.#book.leave(uid);
    this.reconsider();
  }

  lose(session: AgentSession): void {
    this.#over.add(session);
    for (const uid of this.#book.servedBy(session)) this.#book.lose(uid, this.#nowMs());
    this.reconsider();
  }

  get(id: InterceptId): Intercept | undefined {
    return this.#table.get(id);
  }

  watch(id: InterceptId, onChange: () => void): () => void {
    return this.#table.watch(id, onChange);
  }

  list(): readonly InterceptInfo[] {
    return this.#table.all().map(toInfo);
  }

  listPlaced(): readonly InterceptInfo[] {
    const others = this.#judgements.filter((judgement) => isPlaced(judgement) && !isLive(judgement));
    const infos = others.map((judgement) => toPlacedInfo(judgement, this.#deps.clock));
    return [...this.list(), ...infos].toSorted((left, right) => (left.id < right.id ? -1 : 1));
  }

  find(id: string): InterceptInfo | undefined {
    const judgement = this.#judgements.find(({ claim, over }) => claim.id === id && over === undefined);
    return judgement && toPlacedInfo(judgement, this.#deps.clock);
  }

  findOwnSession(uid: string): LiveSession | undefined {
    const link = this.#book.links.get(uid);
    return link?.t === 'live' ? link : undefined;
  }

  ownersOf(publicKey: string): readonly KeyOwner[] {
    return this.#claims.ownersOf(publicKey);
  }

  reconsider(): void {
    this.#pace.now();
  }

  retire(): void {
    this.#objects.fallSilent();
  }

  [Symbol.dispose](): void {
    this.#opened.dispose();
  }

  async #begin(): Promise<void> {
    const { intercepts, services, routedServices, networkPolicies, pods, policies } = this.#deps;
    const collections = [intercepts, services, routedServices, networkPolicies, pods, policies];
    await Promise.all(collections.map(({ synced }) => synced));
    if (this.#opened.disposed) throw new InterceptError('canceled', 'The manager stops.');
    for (const collection of collections) this.#opened.defer(collection.onChange(() => this.#pace.soon()));
    this.#opened.defer(intercepts.onDelete((last) => this.#lastWords.hear(last)));
    const startedMs = this.#nowMs();
    this.#times = { startedMs, peers: new PeerWatch(startedMs) };
    this.reconsider();
    // Nobody gives a Service back only because it is not yet known whether its intercept is allowed.
    await Promise.all(this.#judgements.filter(({ undecided }) => undecided).map(({ claim }) => this.#rights.settle(claim)));
    this.reconsider();
  }

  #pass(): void {
    if (this.#times === undefined || this.#opened.disposed) return;
    const { startedMs, peers } = this.#times;
    const nowMs = this.#nowMs();
    const found = findPeers(this.#deps.pods.objects.values(), this.#deps.podAddress);
    peers.follow(found, nowMs);
    const { identity: self, isLeading } = this.#deps;
    const heard = this.#lastWords.take();
    const claims = [...this.#claims.all(), ...heard];
    this.#book.follow(claims, { nowMs, self, peers: found, leading: isLeading(), isBusy: (uid) => this.#objects.isBusy(uid) });
    this.#linker.recheck(nowMs);
    this.#judgements = this.#judge(claims, { startedMs, peerLeftMs: peers.leftMs });
    for (const { claim, over } of this.#judgements) if (over !== undefined) this.#book.close(claim.uid, over);
    this.#endings.follow(this.#judgements);
    this.#rights.follow(findReviewed(this.#judgements, this.#deps.isLeading()));
    this.#table.follow(this.#judgements);
    this.#objects.sync(this.#judgements);
    const lookMs = this.#uses.nextLookMs(this.#judgements.length, nowMs);
    const changeMs = Math.min(lookMs, this.#deps.policyBook.nextChangeMs(nowMs), findNextSettled(this.#judgements, nowMs));
    this.#due.follow(this.#judgements, nowMs, changeMs);
    this.#renewals.follow(this.#judgements);
    this.#waiting.follow(this.#judgements);
    this.#wanted.follow(this.#judgements);
    this.#deps.chronicle?.follow(this.#judgements);
    if (heard.length > 0) this.#pace.soon();
  }

  #judge(claims: readonly Claim[], times: ManagerTimes): readonly Judgement[] {
    const { links, renewals, ended } = this.#book;
    const nowMs = this.#nowMs();
    const own = {
      ...times,
      links,
      renewals,
      ended,
      rightOf: (claim: Claim) => this.#rights.of(claim),
      usedMsOf: (claim: Claim) => this.#uses.usedMsOf(claim),
      rulingOf: (claim: Claim) => this.#deps.policyBook.rulingOf(claim, nowMs),
    };
    return judgeIntercepts(claims, lookAtCluster(this.#deps), own, nowMs, this.#limits);
  }

  #own(session: AgentSession, id: InterceptId): Claim {
    const claim = this.#claims.get(id);
    const link = claim && this.#book.links.get(claim.uid);
    if (claim !== undefined && link?.t === 'live' && link.session === session) return claim;
    throw new InterceptError('intercept_not_found', `This session has no intercept ${id}.`, { hint: 'It has ended: register it again.' });
  }

  #infoOf(claim: Claim): InterceptInfo {
    return toInfo(toIntercept(this.#judgementOf(claim), this.#deps.clock));
  }

  #judgementOf({ id, uid }: Claim): Judgement {
    const judgement = this.#judgements.find(({ claim }) => claim.uid === uid);
    if (judgement === undefined) throw toUnknown(id);
    return judgement;
  }

  #nowMs(): number {
    return this.#deps.clock.date().getTime();
  }

  #log(event: string, { id, owner }: Claim, fields: Readonly<Record<string, string>> = {}): void {
    this.#deps.log.info(event, { intercept: id, owner, ...fields });
  }
}
