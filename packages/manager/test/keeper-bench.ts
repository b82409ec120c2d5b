// A keeper of intercepts before a fake API server. The keeper's clock stands still; connections live in real time.
import { silentLog, type EndReason } from '@switchyard/contract';
import {
  interceptPolicies,
  intercepts,
  networkPolicies,
  openCollection,
  openKubeClient,
  pods,
  routedServices,
  services,
  type Drain,
  type Collection,
  type Intercept,
  type InterceptConditionType,
  type KubeClient,
  type KubeObject,
  type Service,
} from '@switchyard/kube';
import type { Rule } from '@switchyard/route';
import type { Usage } from '@switchyard/router';
import { createSystemClock } from '@switchyard/runtime';
import { createFakeClock, openFakeKubernetes, until, type FakeClock, type FakeKubernetes } from '@switchyard/testkit';
import type { InterceptKeeper } from '../src/cluster/intercepts/intercept-keeper.ts';
import { createPolicyBook } from '../src/cluster/policies/policy-book.ts';
import { openInterceptKeeper } from '../src/cluster/intercepts/open-intercept-keeper.ts';
import type { ManagerLimits } from '../src/limits.ts';
import { createSession, limits, type FakeSession } from './fakes.ts';
import { createRouted, createService, toKey } from './objects.ts';

/** One manager's keeper, and what it did. */
export interface KeeperSeat extends AsyncDisposable {
  readonly keeper: InterceptKeeper;
  /** Where it knows the objects from. */
  readonly client: KubeClient;
  readonly intercepts: Collection<Intercept>;
  readonly services: Collection<Service>;
  /** The last published rules, as `ID@TARGET`. */
  readonly rules: readonly string[];
  readonly published: (readonly string[])[];
  readonly ended: EndReason[];
  lead(leading: boolean): void;
  /** The Lease says so from now on. */
  drain(drain: Drain | undefined): void;
  /** A request comes for the intercept `id`. */
  use(id: string): void;
}

export interface SeatOptions {
  readonly leading?: boolean;
  readonly podAddress?: string;
  /** The name of its pod. Default: `self` at the first address, else `other`. */
  readonly identity?: string;
  readonly changes?: Partial<ManagerLimits>;
}

export async function openSeat(kube: FakeKubernetes, clock: FakeClock, options: SeatOptions = {}): Promise<KeeperSeat> {
  const { podAddress = '10.0.0.1', identity = podAddress === '10.0.0.1' ? 'self' : 'other', changes = {} } = options;
  await using opened = new AsyncDisposableStack();
  const deps = { clock: createSystemClock(), log: silentLog };
  const client = opened.use(await openKubeClient(deps, { kubeconfig: kube.kubeconfig }));
  const of = { ...deps, client };
  let leading = options.leading ?? true;
  let drain: Drain | undefined;
  const usage = new Map<string, Usage>();
  const published: (readonly string[])[] = [];
  const ended: EndReason[] = [];
  const remotes = new Map<string, FakeSession>();
  const collections = { intercepts: opened.use(openCollection(of, intercepts)), services: opened.use(openCollection(of, services)) };
  const policies = opened.use(openCollection(of, interceptPolicies));
  const keeper = openInterceptKeeper(
    {
      ...of,
      ...collections,
      clock,
      routedServices: opened.use(openCollection(of, routedServices)),
      networkPolicies: opened.use(openCollection(of, networkPolicies)),
      pods: opened.use(openCollection(of, pods)),
      policies,
      policyBook: createPolicyBook(policies, silentLog),
      isLeading: () => leading,
      isStandingDown: () => false,
      mayBypass: () => false,
      drain: () => drain,
      usage: () => ({ usageOf: (id) => usage.get(id) }),
      publish: (rules) => void published.push(rules.map(toText)),
      onEnd: (reason) => void ended.push(reason),
      podAddress,
      identity,
      remotes: {
        find(_claim, router) {
          const known = remotes.get(router) ?? createSession(`at ${router}`, 'whoever');
          remotes.set(router, known);
          return kube.get(pods, router) === undefined ? undefined : known;
        },
        retain: () => {},
      },
    },
    { ...limits, ...changes },
  );
  opened.use(keeper);
  await keeper.synced;
  const owned = opened.move();
  return {
    keeper,
    client,
    ...collections,
    get rules() {
      return published.at(-1) ?? [];
    },
    published,
    ended,
    drain(now) {
      drain = now;
      keeper.reconsider();
    },
    use: (id) => void usage.set(id, { requests: 1, bytesIn: 0, bytesOut: 0, lastMs: clock.now() }),
    lead(now) {
      leading = now;
      keeper.reconsider();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function toText({ id, target }: Rule): string {
  return target.t === 'tunnel' ? `${id}@${target.session}` : `${id}@${target.host}:${target.port}`;
}

export interface KeeperBench extends AsyncDisposable {
  readonly seat: KeeperSeat;
  readonly keeper: InterceptKeeper;
  readonly kube: FakeKubernetes;
  readonly clock: FakeClock;
  /** Creates or changes objects as others do. */
  put(...objects: readonly KubeObject[]): void;
  object(id: string): Intercept | undefined;
  /** What a condition of the intercept `id` says: `STATUS REASON`. */
  told(id: string, type: InterceptConditionType): string;
  /** Waits until it says that. */
  untilTold(id: string, type: InterceptConditionType, expected: string): Promise<void>;
  untilGone(id: string): Promise<void>;
  /** Waits until `condition` holds, while time goes on, so that what failed is tried again. */
  settle(condition: () => boolean): Promise<void>;
}

/** A namespace with the Service `orders`, which is taken over, and one manager. */
export async function openKeeperBench(options: SeatOptions & { readonly objects?: readonly KubeObject[] } = {}): Promise<KeeperBench> {
  await using opened = new AsyncDisposableStack();
  const clock = createFakeClock();
  const kube = opened.use(await openFakeKubernetes({ date: () => clock.date() }));
  const put = (...objects: readonly KubeObject[]): void => {
    for (const object of objects) kube.put(object);
  };
  put(createService('orders'), createRouted('orders'), ...(options.objects ?? []));
  const seat = opened.use(await openSeat(kube, clock, options));
  const object = (id: string): Intercept | undefined => kube.get(intercepts, id);
  const told = (id: string, type: InterceptConditionType): string => {
    const condition = object(id)?.status?.conditions?.find((candidate) => candidate.type === type);
    return `${condition?.status} ${condition?.reason}`;
  };
  const owned = opened.move();
  return {
    seat,
    keeper: seat.keeper,
    kube,
    clock,
    put,
    object,
    told,
    untilTold: async (id, type, expected) => void (await until(() => told(id, type) === expected, { about: `${id} ${type} ${expected}` })),
    untilGone: async (id) => void (await until(() => object(id) === undefined, { about: `the end of ${id}` })),
    settle: async (condition) =>
      void (await until(() => {
        clock.advance(500);
        return condition();
      })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A session of `owner`'s agent, which holds the key that stands in its objects. */
export function createAgent(
  id: string,
  owner: string,
  changes: { readonly remoteAddress?: string; readonly publicKey?: string } = {},
): FakeSession {
  return createSession(id, owner, id, { remoteAddress: '10.0.0.9', publicKey: toKey(owner), ...changes });
}
