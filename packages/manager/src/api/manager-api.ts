import {
  InterceptError,
  type Clock,
  type InterceptInfo,
  type RequestQuestion,
  type RouteReport,
  type ServiceInfo,
} from '@switchyard/contract';
import type { Caller, ManagerApi, ManagerInfo } from '@switchyard/tunnel';
import type { Authenticator } from '../auth/authenticator.ts';
import type { TokenBuckets } from '../auth/token-buckets.ts';
import type { EventStreams } from '../events/event-streams.ts';
import type { Registry } from '../registry/registry.ts';

/** What the API stands on. */
export interface ManagerApiDeps {
  readonly authenticate: Authenticator;
  /** Learns of callers who are nobody and asked for what wants somebody. */
  readonly onRefused?: ((caller: Caller, error: InterceptError) => void) | undefined;
  /** How often each caller may ask. */
  readonly buckets: TokenBuckets;
  readonly registry: Registry;
  readonly events: EventStreams;
  readonly clock: Pick<Clock, 'date'>;
  readonly info: Omit<ManagerInfo, 'owner' | 'now'>;
  /** The services as they stand now. */
  readonly listServices: () => readonly ServiceInfo[];
  /** Where a request would go now. Throws as `Catalog.locate`. */
  readonly explain: (question: RequestQuestion) => RouteReport;
}

/** The API in all its forms: what gRPC offers, and what only HTTP does. */
export interface FullApi extends ManagerApi {
  /** Removes one intercept of the caller. Rejects with `intercept_not_found`, and `not_allowed` where it is another owner's. */
  removeIntercept(caller: Caller, id: string): Promise<InterceptInfo>;
}

/** The API of a manager. Everybody who is somebody sees everything; each removes only what is theirs. */
export function createManagerApi(deps: ManagerApiDeps): FullApi {
  const { clock, authenticate, buckets, registry, events, info, onRefused = () => {}, listServices, explain } = deps;
  /** A caller who is somebody pays for a call under their name, everybody else under their address. */
  const admit = (caller: Caller): string | undefined => {
    const owner = identifyIfProven(authenticate, caller);
    buckets.take(owner ?? caller.address);
    return owner;
  };
  /** Only the authenticator knows why a caller is nobody. */
  const identify = (caller: Caller): string => {
    const owner = admit(caller);
    if (owner !== undefined) return owner;
    try {
      return authenticate(caller);
    } catch (reason) {
      onRefused(caller, InterceptError.from(reason));
      throw reason;
    }
  };
  const findOwn = (owner: string, id: string, verb: 'remove' | 'renew'): InterceptInfo => {
    const intercept = registry.list().find((each) => each.id === id);
    if (intercept === undefined) throw toUnknown(id);
    if (intercept.owner !== owner) throw toForeign(intercept, verb);
    return intercept;
  };
  return {
    // Without a proof: it says which proof is wanted.
    info: async (caller) => ({ ...info, owner: admit(caller), now: clock.date() }),
    listServices: async (caller) => {
      identify(caller);
      return listServices();
    },
    listIntercepts: async (caller) => {
      identify(caller);
      return registry.list();
    },
    explain: async (caller, question) => {
      identify(caller);
      return explain(question);
    },
    removeIntercepts: async (caller, filter) => registry.remove(identify(caller), filter),
    removeIntercept: async (caller, id) => {
      const owner = identify(caller);
      const intercept = findOwn(owner, id, 'remove');
      const [removed = intercept] = registry.remove(owner, { id: intercept.id, all: false });
      return removed;
    },
    renewIntercept: async (caller, id, lifetimeMs) => registry.renewOwn(findOwn(identify(caller), id, 'renew').id, lifetimeMs),
    listEvents: async (caller, filter) => events.list(identify(caller), filter),
    followEvents: async (caller, filter, onEvent) => events.follow(identify(caller), filter, onEvent),
  };
}

function identifyIfProven(authenticate: Authenticator, caller: Caller): string | undefined {
  try {
    return authenticate(caller);
  } catch {
    return undefined;
  }
}

/** There is no intercept `id`. */
export function toUnknown(id: string): InterceptError {
  return new InterceptError('intercept_not_found', `There is no intercept ${JSON.stringify(id)}.`, {
    hint: 'GET /api/v1/intercepts lists those that are live.',
  });
}

function toForeign({ id, owner }: InterceptInfo, verb: 'remove' | 'renew'): InterceptError {
  return new InterceptError('not_allowed', `The intercept ${id} belongs to ${owner}, and only they may ${verb} it.`, {
    hint: `Ask ${owner}.`,
  });
}
