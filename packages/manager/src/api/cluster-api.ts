import { InterceptError, type Clock, type RequestQuestion, type RouteReport, type ServiceInfo, type Timer } from '@switchyard/contract';
import type { Caller, ManagerInfo } from '@switchyard/tunnel';
import type { ProvenUser, VerifyUser } from '../auth/proven-user.ts';
import { toUserHolder, type TokenBuckets } from '../auth/token-buckets.ts';
import type { ReviewAccess } from '../cluster/rights/review-access.ts';
import type { UserIntercepts } from '../cluster/acting/user-intercepts.ts';
import type { EventStreams } from '../events/event-streams.ts';
import { rightLimits } from '../limits.ts';
import type { FullApi } from './manager-api.ts';

/** What the API of a manager in a cluster stands on. */
export interface ClusterApiDeps {
  readonly clock: Pick<Clock, 'date' | 'after'>;
  readonly info: Pick<ManagerInfo, 'version' | 'protocol' | 'signIn'>;
  readonly verifyUser: VerifyUser;
  readonly review: ReviewAccess;
  /** How often each caller may ask. */
  readonly buckets: TokenBuckets;
  readonly intercepts: UserIntercepts;
  readonly events: EventStreams;
  /** The services as they stand now. */
  readonly listServices: () => readonly ServiceInfo[];
  /** Where a request would go now. Throws as `Catalog.locate`. */
  readonly explain: (question: RequestQuestion) => RouteReport;
  /** Learns of callers who were turned away: nobody, or `who`, whom their token proves. */
  readonly onRefused?: ((caller: Caller, error: InterceptError, who?: ProvenUser) => void) | undefined;
}

/**
 * The API of a manager in a cluster, for users who prove themselves by a token. They see what they might list by the API server, which is
 * asked each time; they remove and renew what is theirs. To everybody else it only says what it is.
 */
export function createClusterApi(deps: ClusterApiDeps): FullApi {
  const { clock, info, verifyUser, review, buckets, intercepts, events, listServices, explain, onRefused = () => {} } = deps;

  /** Until a token is verified its caller pays under their address, then under their name: many users may come through one ingress. */
  const identify = async (caller: Caller): Promise<ProvenUser> => {
    buckets.take(caller.address);
    const who = await prove(caller);
    buckets.giveBack(caller.address);
    buckets.take(toUserHolder(who.user));
    return who;
  };
  const prove = async (caller: Caller): Promise<ProvenUser> => {
    try {
      if (caller.token === undefined) throw toNobody();
      return await verifyUser(caller.token);
    } catch (reason) {
      onRefused(caller, InterceptError.from(reason));
      throw reason;
    }
  };
  const mayRead = (who: ProvenUser): Promise<boolean> => review({ who, verb: 'list', resource: 'intercepts' });
  const identifyReader = async (caller: Caller): Promise<ProvenUser> => {
    const who = await identify(caller);
    if (await mayRead(who)) return who;
    const error = toNoReader(who);
    onRefused(caller, error, who);
    throw error;
  };
  const asOwner = async <T>(caller: Caller, act: (user: ProvenUser) => T | Promise<T>): Promise<T> => {
    const who = await identify(caller);
    try {
      return await act(who);
    } catch (reason) {
      const error = InterceptError.from(reason);
      if (error.code === 'not_allowed') onRefused(caller, error, who);
      throw error;
    }
  };

  return {
    info: async (caller) => {
      const who = caller.token === undefined ? undefined : await identify(caller).catch(() => undefined);
      return { ...info, auth: 'kubernetes', owner: who?.user, groups: who?.groups, now: clock.date(), policy: undefined };
    },
    listServices: async (caller) => {
      await identifyReader(caller);
      return listServices();
    },
    listIntercepts: async (caller) => {
      await identifyReader(caller);
      return intercepts.list();
    },
    explain: async (caller, question) => {
      await identifyReader(caller);
      return explain(question);
    },
    removeIntercepts: async (caller, filter) => await asOwner(caller, (user) => intercepts.remove(user, filter)),
    removeIntercept: async (caller, id) => await asOwner(caller, (user) => intercepts.removeOne(user, id)),
    renewIntercept: async (caller, id, lifetimeMs) => await asOwner(caller, (user) => intercepts.renew(user, id, lifetimeMs)),
    listEvents: async (caller, filter) => events.list((await identifyReader(caller)).user, filter),
    followEvents: async (caller, filter, onEvent, onOver) => {
      const who = await identifyReader(caller);
      const stop = events.follow(who.user, filter, onEvent);
      const endWatch = watchWhether(
        clock,
        () => mayRead(who),
        () => {
          stop();
          onOver(toNoReader(who));
        },
      );
      return () => {
        endWatch();
        stop();
      };
    },
  };
}

/**
 * Calls `onLost` once `holds`, which is asked as often as rights are, answers no; what cannot be answered changes nothing. Returns how to
 * stop asking.
 */
function watchWhether(clock: Pick<Clock, 'after'>, holds: () => Promise<boolean>, onLost: () => void): () => void {
  let timer: Timer;
  let stopped = false;
  const wait = (): void => {
    timer = clock.after(rightLimits.rightRecheckMs.value, () => {
      void holds()
        .catch(() => true)
        .then((still) => {
          if (stopped) return;
          if (still) wait();
          else onLost();
        });
    });
  };
  wait();
  return () => {
    stopped = true;
    timer.cancel();
  };
}

function toNoReader({ user }: ProvenUser): InterceptError {
  return new InterceptError('not_allowed', `${user} may not list intercepts in this namespace.`, {
    hint: 'Ask whoever administers the namespace for the role "view".',
  });
}

function toNobody(): InterceptError {
  return new InterceptError('not_signed_in', 'This manager runs in a cluster, and the call has no token that says who calls.', {
    hint: 'Send a token of a ServiceAccount, made for the audience "switchyard", or sign in with `intercept login`. With a kubeconfig, leave out --manager.',
  });
}
