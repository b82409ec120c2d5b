import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InterceptId } from '@switchyard/contract';
import { intercepts, services, type Intercept, type Pod } from '@switchyard/kube';
import { until } from '@switchyard/testkit';
import fc from 'fast-check';
import { test } from 'vitest';
import { createSpec, limits, type FakeSession } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench, openSeat, type KeeperBench, type KeeperSeat } from '../../../test/keeper-bench.ts';
import { ruleBy } from '../../../test/policies.ts';
import { byName, createIntercept, createManagerPod, createRouted, createService, toKey } from '../../../test/objects.ts';
import { readClaim } from './claim.ts';
import type { ClusterView } from './cluster-view.ts';
import { judgeIntercepts, type Judgement } from './judge-intercepts.ts';
import type { SessionLink } from './judge-standing.ts';
import { isLive } from './live-intercept.ts';
import { toStatusChange } from './status.ts';

/** Two owners want the key `x`; alice has another one. */
const places = [
  { id: 'orders.http.x', owner: 'alice' },
  { id: 'payments.http.x', owner: 'bob' },
  { id: 'orders.http.y', owner: 'alice' },
] as const;
const payments = createService('payments');

const place = fc.constantFrom(...places);
const seat = fc.constantFrom(0, 1);
// Weighted, so that sessions come and go at both managers more often than everything else happens.
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ t: fc.constant('create' as const), place }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('delete' as const), place }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('rotate' as const), place, key: fc.constantFrom('first', 'second') }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('service' as const), there: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({ t: fc.constant('connect' as const), place, seat, stale: fc.constantFrom(false, false, false, true) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ t: fc.constant('disconnect' as const), nth: fc.nat(2), goodbye: fc.constantFrom(false, false, true) }),
  },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('renew' as const), nth: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ t: fc.constant('lead' as const), seat: fc.constantFrom(0, 1, undefined) }) },
  { weight: 2, arbitrary: fc.record({ t: fc.constant('outage' as const), begins: fc.constantFrom(false, false, true) }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('watches' as const) }) },
  { weight: 3, arbitrary: fc.record({ t: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 1_000, 60_000, 240_000) }) },
  { weight: 8, arbitrary: fc.record({ t: fc.constant('breathe' as const), turns: fc.nat(60) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Link {
  readonly seat: number;
  readonly id: InterceptId;
  readonly uid: string;
  readonly session: FakeSession;
}

/** The pods of the managers, by their seats. */
const identities = ['self', 'other'];

/** What happens to two managers, and what has to be true in the end. */
class Run {
  readonly #bench: KeeperBench;
  readonly #seats: readonly KeeperSeat[];
  #links: readonly Link[] = [];
  #count = 0;

  constructor(bench: KeeperBench, other: KeeperSeat) {
    this.#bench = bench;
    this.#seats = [bench.seat, other];
  }

  async take(step: Step): Promise<void> {
    const { kube, clock, put } = this.#bench;
    const now = 'place' in step ? kube.get(intercepts, step.place.id) : undefined;
    switch (step.t) {
      case 'create': {
        const { id, owner } = step.place;
        const createdAt = clock.date().toISOString();
        if (now === undefined)
          put(createIntercept(id, owner, { uid: `uid-${this.#count++}`, createdAt, spec: { publicKey: toKey('first') } }));
        return;
      }
      case 'delete':
        if (now !== undefined) kube.remove(now);
        return;
      case 'rotate':
        if (now !== undefined) put({ ...now, spec: { ...now.spec, publicKey: toKey(step.key) } } as Intercept);
        return;
      case 'service':
        if (step.there) put(payments);
        else if (kube.get(services, 'payments') !== undefined) kube.remove(payments);
        return;
      case 'connect':
        return await this.#connect(step.seat, step.place, step.stale, now);
      case 'disconnect': {
        const link = this.#live()[step.nth];
        const keeper = link && this.#seats[link.seat]?.keeper;
        if (link === undefined || keeper === undefined) return;
        this.#links = this.#links.filter((other) => other !== link);
        return step.goodbye ? keeper.leave(link.session) : keeper.lose(link.session);
      }
      case 'renew': {
        const link = this.#live()[step.nth];
        if (link !== undefined) this.#seats[link.seat]?.keeper.renew(link.session, link.id, undefined);
        return;
      }
      case 'lead':
        return this.#lead(step.seat);
      case 'outage':
        return step.begins ? kube.pause() : kube.resume();
      case 'watches':
        return kube.cutWatches();
      case 'wait':
        return clock.advance(step.ms);
      case 'breathe':
        for (let turn = 0; turn < step.turns; turn++) await nextTurn();
    }
  }

  /** Everything works again: what is said and routed becomes what the pure functions say. */
  async converge(): Promise<void> {
    this.#bench.kube.resume();
    this.#lead(0);
    let calm = 0;
    let requests = 0;
    const isCalm = (): boolean => {
      this.#bench.clock.advance(500);
      // Two managers that contradict each other agree for a moment, too.
      const { length } = this.#bench.kube.requests.filter(({ method }) => method !== 'GET');
      calm = length === requests && this.#differences().length === 0 ? calm + 1 : 0;
      requests = length;
      return calm === 10;
    };
    await until(isCalm, { timeoutMs: 8_000 }).catch(() => {
      throw new Error(`It does not converge: ${[...this.#differences(), 'or writes go on'].join('; ')}.`);
    });
  }

  async #connect(at: number, { id, owner }: (typeof places)[number], stale: boolean, now: Intercept | undefined): Promise<void> {
    const keeper = this.#seats[at]?.keeper;
    const [service = '', port, key = ''] = id.split('.');
    const publicKey = stale ? toKey('second') : (now?.spec.publicKey ?? toKey('first'));
    const session = createAgent(`s${this.#count++}`, owner, { publicKey });
    try {
      await keeper?.register(session, createSpec(key, { service, ...(port === undefined ? {} : { port }) }));
    } catch {
      return;
    }
    this.#links = [...this.#links, { seat: at, id: id as InterceptId, uid: now?.metadata.uid ?? '', session }];
  }

  #lead(leader: number | undefined): void {
    for (const [index, { lead }] of this.#seats.entries()) lead(index === leader);
  }

  /** The sessions that serve an intercept as far as their agents know. */
  #live(): readonly Link[] {
    return this.#links.filter(({ session }) => session.events.every(({ t }) => t !== 'intercept_ended'));
  }

  #differences(): readonly string[] {
    const nowMs = this.#bench.clock.date().getTime();
    return [...this.#seats.keys()].flatMap((at) => this.#differencesAt(at, nowMs));
  }

  #differencesAt(at: number, nowMs: number): readonly string[] {
    const live = this.#live().filter((link) => link.seat === at);
    const links = new Map<string, SessionLink>(
      live.map(({ id, uid, session }) => [uid, { t: 'live', id, session, direct: undefined, sinceMs: nowMs, word: this.#wordAt(at, id) }]),
    );
    const judgements = this.#judge(links, nowMs);
    const speaking = live.filter(({ id }) => this.#wordAt(at, id) === 'said');
    const seatNow = this.#seats[at];
    const expected = judgements
      .filter(isLive)
      .map(({ claim }) => `${claim.id}@${speaking.find(({ uid }) => uid === claim.uid)?.session.id ?? '-'}`);
    const known = new Set(speaking.map(({ session }) => String(session.id)));
    const rules = (seatNow?.rules ?? []).map((rule) => {
      const [id = '', session = ''] = rule.split('@');
      return `${id}@${known.has(session) ? session : '-'}`;
    });
    const wanted = new Set(judgements.filter(({ acceptance }) => acceptance.holds).map(({ claim }) => claim.service));
    return [
      ...differ(`rules of ${at}`, rules, expected),
      ...differ(`wanted by ${at}`, [...(seatNow?.keeper.wanted ?? [])], [...wanted]),
      ...judgements.flatMap((judgement) => this.#statusDifferences(judgement, at, links, nowMs)),
    ];
  }

  /** An agent that went from one manager to the other may have sessions at both: the one that the object names counts. */
  #wordAt(at: number, id: string): 'said' | 'yielded' {
    const router = this.#bench.object(id)?.status?.router;
    const others = this.#live().filter((link) => link.id === id && link.seat !== at);
    return router === identities[at] || others.length === 0 ? 'said' : 'yielded';
  }

  #statusDifferences(judgement: Judgement, at: number, links: ReadonlyMap<string, SessionLink>, nowMs: number): readonly string[] {
    const { claim, over } = judgement;
    if (over !== undefined) return [`${claim.id} is over and there`];
    const link = this.#wordAt(at, claim.id) === 'said' ? links.get(claim.uid) : undefined;
    const change = toStatusChange(judgement, { leading: true, self: identities[at] ?? '', link, renewed: false, usedMs: undefined }, nowMs);
    const served = this.#live().some(({ uid }) => uid === claim.uid);
    const said = claim.object.status?.conditions?.find(({ type }) => type === 'SessionReady')?.status === 'True';
    return [
      ...(change === undefined ? [] : [`${claim.id} says ${JSON.stringify(claim.object.status)}, not ${JSON.stringify(change)}`]),
      ...(served === said ? [] : [`${claim.id} says that its session is ${said}`]),
    ];
  }

  #judge(links: ReadonlyMap<string, SessionLink>, nowMs: number): readonly Judgement[] {
    const { kube } = this.#bench;
    const view: ClusterView = {
      services: byName(...kube.list(services)),
      routedServices: byName(createRouted('orders'), createRouted('payments')),
      standingDown: false,
      mayBypass: () => false,
      drain: undefined,
      networkPolicies: new Map(),
      pods: new Map<string, Pod>(),
    };
    const claims = kube.list(intercepts).flatMap((object) => readClaim(object) ?? []);
    const rightOf = (): 'granted' => 'granted';
    const own = {
      startedMs: 0,
      peerLeftMs: 0,
      links,
      renewals: new Map<string, number>(),
      ended: new Set<string>(),
      rightOf,
      rulingOf: ruleBy(),
      usedMsOf: () => undefined,
    };
    return judgeIntercepts(claims, view, own, nowMs, limits);
  }
}

function differ(what: string, actual: readonly string[], expected: readonly string[]): readonly string[] {
  const [left, right] = [actual.toSorted().join(' '), expected.toSorted().join(' ')];
  return left === right ? [] : [`${what}: ${left}, not ${right}`];
}

test('whatever happens in whatever order, statuses, rules and wants become what the pure functions say', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
    const objects = [payments, createRouted('payments'), createManagerPod('self', '10.0.0.1'), createManagerPod('other', '10.0.0.2')];
    await using bench = await openKeeperBench({ objects });
    await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2' });
    const run = new Run(bench, other);
    for (const next of steps) await run.take(next);
    await run.converge();
  });
  await fc.assert(property, { numRuns: 25, plugins: [fc.interruptAfterTimeLimit(60_000)] });
});
