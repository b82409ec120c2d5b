import type { Clock, Log } from '@switchyard/contract';
import type {
  Collection,
  Drain,
  Intercept as InterceptObject,
  InterceptPolicy,
  KubeClient,
  NetworkPolicy,
  Pod,
  RoutedService,
  Service,
} from '@switchyard/kube';
import type { Rule } from '@switchyard/route';
import type { UsageReader } from '@switchyard/router';
import type { Chronicle } from '../../audit/chronicle.ts';
import type { PolicyBook } from '../policies/policy-book.ts';
import type { Remotes } from '../peers/remote-sessions.ts';
import type { OnEnd } from './intercept-keeper.ts';

/** What the keeper stands on. The collections belong to the caller. */
export interface InterceptKeeperDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  readonly intercepts: Collection<InterceptObject>;
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
  readonly networkPolicies: Collection<NetworkPolicy>;
  readonly pods: Collection<Pod>;
  readonly policies: Collection<InterceptPolicy>;
  /** What `policies` say. */
  readonly policyBook: PolicyBook;
  /** Whether this manager leads now; tell of a change by `reconsider`. */
  readonly isLeading: () => boolean;
  /** Whether policies let traffic of a Service get past the NetworkPolicies of its pods. */
  readonly mayBypass: (service: string) => boolean;
  /** Whether every Service is to be given back; tell of a change by `reconsider`. */
  readonly isStandingDown: () => boolean;
  /** Whether no new intercept is to be accepted; tell of a change by `reconsider`. */
  readonly drain: () => Drain | undefined;
  /** What passes through this manager's router. */
  readonly usage: () => Pick<UsageReader, 'usageOf'>;
  /** Takes the rules of all live intercepts: at first, and once after each change of them. */
  readonly publish: (rules: readonly Rule[]) => void;
  /** Learns of each intercept that ended here. */
  readonly onEnd: OnEnd;
  /** Learns of everything that becomes of intercepts. Default: nobody does. */
  readonly chronicle?: Chronicle | undefined;
  /** The name of the manager's own pod. */
  readonly identity: string;
  /** Leads to the managers that have sessions which this one has not. */
  readonly remotes: Remotes;
  /** The address of the manager's own pod. */
  readonly podAddress: string;
}
