import type { AgentEvent } from '@switchyard/agent';
import { InterceptError } from '@switchyard/contract';
import { intercepts, type Intercept } from '@switchyard/kube';
import type { Random } from '@switchyard/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { drawDeed, pick, pickSome, type Deed } from './draw.ts';
import type { Disturbance, Ledger, Life } from './ledger.ts';
import { openSession, type Session, type SessionDeps } from './session.ts';
import type { Tally } from './tally.ts';
import type { User } from './user.ts';

/** What the sessions of the churn are made of. */
export interface PopulationOptions {
  readonly users: readonly User[];
  readonly services: readonly string[];
  /** How many are open at a time. */
  readonly size: number;
  readonly random: Random;
}

/** How long after a connection is back everything about it is as before. */
const recoveryMs = 1_500;
/** For how long a session whose object was deleted stays, to see that nothing reaches it. */
const afterRemovalMs = 5_000;
const shortLifetimeMs = 45_000;

/** The sessions that are open, and what is done to them. Dispose ends them all. */
export class Population implements AsyncDisposable {
  readonly #deps: Omit<SessionDeps, 'onEvent'>;
  readonly #options: PopulationOptions;
  readonly #ledger: Ledger;
  readonly #tally: Tally;
  readonly #sessions = new Set<Session>();
  readonly #disturbed = new Map<Session, { readonly expected: boolean; readonly disturbances: readonly Disturbance[] }>();
  readonly #taken = new Set<string>();
  readonly #busy = new Set<Promise<void>>();
  /** From the wish to the object that says so, milliseconds. */
  readonly routedMs: number[] = [];

  constructor(deps: Omit<SessionDeps, 'onEvent'>, tally: Tally, options: PopulationOptions) {
    this.#deps = deps;
    this.#ledger = deps.ledger;
    this.#tally = tally;
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How many deeds are not over. */
  get busy(): number {
    return this.#busy.size;
  }

  /** Lives that requests can be sent to. */
  get lives(): readonly Life[] {
    return [...this.#sessions].flatMap(({ lives }) => lives);
  }

  /** Opens a session; it goes on by itself. */
  grow(): void {
    this.#start('open');
  }

  /** Does what is drawn, or opens a session where one is missing; it goes on by itself. */
  act(): void {
    const { random, size } = this.#options;
    this.#start(drawDeed(random, this.#taken.size < size));
  }

  #start(deed: Deed): void {
    const doing = this.#do(deed)
      .catch((reason: unknown) => this.#fail(deed, reason))
      .finally(() => this.#busy.delete(doing));
    this.#busy.add(doing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#busy);
    await Promise.all([...this.#sessions].map(async (session) => this.#end(session)));
  }

  #fail(deed: Deed, reason: unknown): void {
    const { code, message, row } = InterceptError.from(reason);
    // A busy cluster may say so; whoever was told tries again, as everybody here does.
    if (row.retry !== 'never') return this.#tally.count(`deed put off: ${deed}: ${code}`);
    this.#tally.count(`deed failed: ${deed}`);
    this.#tally.find(`deed failed: ${deed}: ${code}: ${message}`);
  }

  async #do(deed: Deed): Promise<void> {
    this.#tally.count(`deed: ${deed}`);
    if (deed === 'open') return this.#open();
    const session = pick(this.#options.random, [...this.#sessions]);
    if (session === undefined) return undefined;
    switch (deed) {
      case 'renew':
        return this.#renew(session);
      case 'cut':
        this.#disturb(session, true);
        return session.cut();
      case 'goodbye':
        return this.#end(session);
      case 'crash':
        return this.#crash(session);
      case 'remove':
        return this.#remove(session);
      case 'steal':
        return this.#steal(session);
    }
  }

  async #open(): Promise<void> {
    const { random, users, services } = this.#options;
    const keys = users.flatMap((user, index) =>
      Array.from({ length: this.#keysPerUser }, (_, slot) => ({ user, key: `u${index}-k${slot}` })),
    );
    const slot = pick(
      random,
      keys.filter(({ key }) => !this.#taken.has(key)),
    );
    if (slot === undefined) return;
    const wish = {
      ...slot,
      services: pickSome(random, services, random() < 0.5 ? 1 : 2),
      lifetimeMs: random() < 0.1 ? shortLifetimeMs : undefined,
    };
    this.#taken.add(slot.key);
    try {
      const session = await openSession({ ...this.#deps, onEvent: (event, of) => this.#hear(event, of) }, wish);
      this.#sessions.add(session);
      for (const { askedAt, routedAt = Infinity } of session.lives) this.routedMs.push(routedAt - askedAt);
    } catch (reason) {
      this.#taken.delete(slot.key);
      throw reason;
    }
  }

  /** A few more than are taken at a time, so that a key is not always the same session's. */
  get #keysPerUser(): number {
    return Math.ceil(this.#options.size / this.#options.users.length) + 1;
  }

  /** As `intercept renew` does: by the object, whose owner the API server asks for. */
  async #renew({ user, agent, lives }: Session): Promise<void> {
    const [first] = agent.intercepts;
    // One that is about to end by itself is left to do so.
    if (first === undefined || lives.some(({ endingAt }) => endingAt !== undefined)) return;
    const object = await user.client.get(intercepts, first.id);
    const change = { spec: { renewals: Math.max(object?.spec.renewals ?? 0, object?.status?.renewals ?? 0) + 1 } };
    if (object !== undefined) await user.client.patch(intercepts, first.id, { t: 'merge', change });
  }

  async #end(session: Session): Promise<void> {
    if (!this.#sessions.delete(session)) return;
    await session[Symbol.asyncDispose]();
    this.#taken.delete(session.key);
  }

  async #crash(session: Session): Promise<void> {
    if (!this.#sessions.delete(session)) return;
    await session.crash();
    // The next one with this key takes over what is left, or finds nothing any more.
    this.#taken.delete(session.key);
  }

  async #remove(session: Session): Promise<void> {
    const { random } = this.#options;
    const life = pick(random, session.lives);
    if (life === undefined || !this.#sessions.delete(session)) return;
    const at = performance.now();
    for (const each of session.lives) each.endingAt = Math.min(each.endingAt ?? Infinity, each === life ? at : at + afterRemovalMs);
    await session.user.client.delete(intercepts, `${life.service}.http.${life.key}`);
    life.endedAt = performance.now();
    await sleep(afterRemovalMs);
    await session[Symbol.asyncDispose]();
    this.#taken.delete(session.key);
  }

  /** Somebody else asks for the same key of the same service, and must be refused. */
  async #steal({ lives, user }: Session): Promise<void> {
    const { random, users } = this.#options;
    const [life] = lives;
    const thief = pick(
      random,
      users.filter(({ name }) => name !== user.name),
    );
    if (life === undefined || thief === undefined || life.endingAt !== undefined) return;
    const name = `${life.service}.http.${life.key}`;
    const theirs = { apiVersion: 'switchyard.dev/v1alpha1', kind: 'Intercept', metadata: { name } } as const;
    const spec: Intercept['spec'] = { service: life.service, port: 'http', key: life.key, owner: { user: thief.name } };
    const code = await thief.client.create(intercepts, { ...theirs, spec }).then(
      () => 'accepted',
      (reason: unknown) => InterceptError.from(reason).code,
    );
    this.#tally.count(`theft: ${code}`);
    if (code === 'accepted') {
      await thief.client.delete(intercepts, name);
      if (life.endingAt === undefined) this.#tally.find(`${thief.name} got ${name}, which was ${user.name}'s`);
    }
  }

  #disturb(session: Session, expected: boolean): void {
    if (this.#disturbed.has(session)) return;
    // What was on its way when the connection broke was told so before the agent noticed.
    const from = performance.now() - 1_000;
    this.#disturbed.set(session, { expected, disturbances: session.lives.map((life) => this.#ledger.disturb(from, life)) });
  }

  #hear(event: AgentEvent, session: Session): void {
    this.#tally.count(`event: ${event.t}${event.t === 'intercept_ended' ? ` ${event.reason}` : ''}`);
    switch (event.t) {
      case 'reconnecting':
        if (!this.#disturbed.has(session)) this.#tally.count('connections lost that nobody cut');
        return this.#disturb(session, false);
      case 'connected': {
        const at = performance.now() + recoveryMs;
        for (const disturbance of this.#disturbed.get(session)?.disturbances ?? []) disturbance.until = at;
        this.#disturbed.delete(session);
        return;
      }
      case 'intercept_ended':
        if (event.reason !== 'expired') return;
        // All of a session were asked for at once.
        void this.#end(session);
        return;
      case 'closed':
        if (event.error === undefined || !this.#sessions.has(session)) return;
        this.#tally.find(`a session of ${session.user.name} ended by itself: ${event.error.code}: ${event.error.message}`);
        void this.#end(session);
        return;
      default:
    }
  }
}
