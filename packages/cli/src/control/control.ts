import type { AgentIntercept } from '@switchyard/agent';
import type {
  InterceptError,
  InterceptId,
  InterceptInfo,
  InterceptSpec,
  ManagerEvent,
  Principal,
  RequestQuestion,
  RouteReport,
  ServiceInfo,
} from '@switchyard/contract';
import type { ManagerInfo, RemovalFilter } from '@switchyard/tunnel';
import type { Identity } from '../identity.ts';
import type { Lane } from '../values.ts';
import type { Mesh } from './cluster/mesh.ts';

/** Where a service of a cluster stands between its owner and the router. */
export interface Routing {
  /** `Free`: its traffic does not pass through the router. */
  readonly phase: 'Free' | 'Preparing' | 'Routed' | 'Restoring';
  /** Since when new connections pass through the router. */
  readonly since: Date | undefined;
  /** The Service that leads to the baseline meanwhile. */
  readonly shadow: string | undefined;
  /** Whether keys on its requests are dropped. */
  readonly edge: 'trusted' | 'untrusted';
  /** Why it cannot be taken over: `service_unsupported`, or `not_allowed` where somebody protects it. */
  readonly refusal?: InterceptError;
  /** What people should know of it: why it cannot be taken over, that somebody else writes it. */
  readonly notes: readonly string[];
}

/** A service that can be intercepted; `routing` in a cluster. */
export interface ControlledService extends ServiceInfo {
  readonly routing?: Routing;
}

/** An intercept; in a cluster with how far it has come. */
export interface ControlledIntercept extends InterceptInfo {
  readonly routed?: {
    /** `Routed`, else the reason why its requests do not reach the router. */
    readonly reason: string;
    readonly since: Date | undefined;
  };
}

/** An intercept of this process, whose requests arrive. */
export interface LiveIntercept extends InterceptInfo {
  /** Connections that were opened before go past the router. */
  readonly routedSince?: Date | undefined;
  /** From where its service can be reached, for people. */
  readonly from?: string | undefined;
  /** How its requests come here, for people. */
  readonly lane?: string | undefined;
}

/** Which intercepts are wanted, and how. */
export interface InterceptionOptions {
  readonly intercepts: readonly AgentIntercept[];
  /** Undefined: what works. */
  readonly lane: Lane | undefined;
  /** How long it may take until requests arrive. */
  readonly timeoutMs: number;
  /** Ends them. */
  readonly signal: AbortSignal;
}

/** What can be known of an interception before its processes run. */
export interface Intention extends Pick<InterceptionOptions, 'lane'> {
  readonly specs: readonly InterceptSpec[];
}

/** Where a request would go, and how that is known. */
export interface RouteAnswer {
  readonly report: RouteReport;
  /** Intercepts of the port that no request reaches now, with what keeps them out. */
  readonly outside: readonly { readonly id: InterceptId; readonly owner: string; readonly why: string }[];
  /** What people should know of the answer. */
  readonly notes: readonly string[];
}

/** Something that happened: an event of the manager, in a cluster a condition of an object. */
export interface LogEntry extends Omit<ManagerEvent, 'id' | 'type'> {
  readonly id?: string;
  /** The type of the event or condition. */
  readonly type: string;
}

/** What of the log is wanted. */
export interface LogReading {
  /** Everybody's, and not only the person's own. */
  readonly all: boolean;
  /** Whether to go on with what happens, until `signal`. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Intercepts that live as long as this process says. Dispose removes them. */
export interface Interception extends AsyncDisposable {
  readonly intercepts: readonly LiveIntercept[];
  /** Resolves, never rejects, when the other side is over before ours: with what to tell the person. */
  readonly over: Promise<InterceptError>;
}

/** A manager that answered. */
export interface MeasuredManager {
  /** How it is reached, for people. */
  readonly way: string;
  readonly info: ManagerInfo;
  /** Of one call on an open connection. */
  readonly roundTripMs: number;
  /** How far its clock is ahead of this machine's; undefined where it does not say. */
  readonly aheadMs: number | undefined;
}

/** Whom the other side takes the caller for. */
export interface ProvenCaller extends Principal {
  /** Who says so, and by what: a clause. */
  readonly by: string;
}

/** Where intercepts live, as a port: a manager alone, or the objects of a namespace. Every method rejects with `InterceptError`. */
export interface Control extends AsyncDisposable {
  /** Whom it asks, for people: `the manager at HOST:PORT`. */
  readonly place: string;
  /** The same as the end of a sentence: `at this manager`. */
  readonly where: string;
  /** The manager alone; undefined in a cluster. */
  readonly manager: URL | undefined;
  /** The cluster's namespace; undefined where a manager is alone. */
  readonly cluster: { readonly context: string; readonly namespace: string } | undefined;
  /** Who the person is, where nothing else says what the key is. */
  whoAmI(): Promise<Identity>;
  /** Whom the other side takes the person for. */
  identify(): Promise<ProvenCaller>;
  /** The owner of what the person intercepts. */
  owner(): Promise<string>;
  listServices(): Promise<readonly ControlledService[]>;
  /** The meshes that pods of the namespace take part in; none where a manager is alone. */
  listMeshes(): Promise<readonly Mesh[]>;
  listIntercepts(): Promise<readonly ControlledIntercept[]>;
  /** Removes those of the person's own that match, and answers them. */
  removeIntercepts(filter: RemovalFilter): Promise<readonly InterceptInfo[]>;
  /** Lets one of the person's own live for `lifetimeMs` from now on, and answers it. Undefined: as this place does it. */
  renewIntercept(id: InterceptId, lifetimeMs: number | undefined): Promise<InterceptInfo>;
  /** Looks whether the manager answers, and how fast. */
  measureManager(): Promise<MeasuredManager>;
  /** Where a request would go now, and why. */
  explain(question: RequestQuestion): Promise<RouteAnswer>;
  /** Calls `onEntry` with what is known to have happened, oldest first; may show more than is wanted. */
  readLog(reading: LogReading, onEntry: (entry: LogEntry) => void): Promise<void>;
  /** Refuses what the person may not do, or what this place cannot do. Makes nothing. */
  check(intention: Intention): Promise<void>;
  /** Resolves when requests arrive; when it rejects nothing stays. Tells the person what happens on the way and later. */
  openInterception(options: InterceptionOptions): Promise<Interception>;
}
