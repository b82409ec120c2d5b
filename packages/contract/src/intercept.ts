import type { InterceptId, RoutingKey, ServiceName } from './ids.ts';
import type { Match } from './match.ts';

/** What becomes of a keyed request while its intercept's session is away, after the hold. */
export type WhenAway =
  /** 503 `developer_offline`: nobody else answers in the developer's place. The default. */
  | 'fail'
  /** The baseline answers, marked `x-intercept-status: fell-back`. */
  | 'baseline';

/** What two owners of intercepts with one key say to each other. Both have to: who shares, and who joins. */
export interface Sharing {
  /**
   * Owners who may intercept other services with this key; `*` is everybody. Nobody unless told. It counts while this owner holds the key.
   */
  readonly sharedWith: readonly string[];
  /**
   * Whether the key may be another owner's who shares it. Without it a key that somebody else holds is refused, so that nobody joins by
   * accident.
   */
  readonly joins: boolean;
}

/** What an agent asks for. */
export interface InterceptSpec extends Sharing {
  readonly service: ServiceName;
  /** Name or number of the service's port; undefined is its only port (refused where there are several). */
  readonly port: string | undefined;
  /** Undefined: whatever key a request carries or not, `match` alone decides. */
  readonly key: RoutingKey | undefined;
  /** What a request must show beside the key. Never empty where there is no key. */
  readonly match: Match;
  readonly whenAway: WhenAway;
  /** Wanted lifetime; undefined is the manager's default (8 h), which is also the most it grants. */
  readonly lifetimeMs: number | undefined;
  /**
   * Port where the agent's own machine accepts these connections: the manager dials it at the address that the session comes from, where
   * that is a pod of its namespace. Undefined: they take pipes of the tunnel.
   */
  readonly directPort: number | undefined;
}

/** Why an intercept ended. Closed. */
export type EndReason =
  /** Its owner said goodbye or took it away. */
  | 'removed'
  /** Its lifetime was over and nobody renewed it. */
  | 'expired'
  /** Its session was lost and did not come back in time. */
  | 'session_gone'
  /** Another process of the same owner took it over, as its session was lost. */
  | 'replaced'
  /** Somebody who may do so ended it in its owner's place. */
  | 'revoked'
  /** No request came for it in a long time. */
  | 'idle'
  /** Its owner has no right to intercept the service any more. */
  | 'right_lost'
  /** A policy does not allow it any more. */
  | 'policy';

/** Where an intercept's session stands. */
export type SessionState =
  /** Requests reach the developer. */
  | 'ready'
  /** The session is lost; requests are held, then answered by `WhenAway`. */
  | 'away';

/** An intercept as the manager knows it. */
export interface InterceptInfo extends Sharing {
  readonly id: InterceptId;
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  /** As of `InterceptSpec`. */
  readonly key: RoutingKey | undefined;
  readonly match: Match;
  readonly owner: string;
  readonly whenAway: WhenAway;
  readonly session: SessionState;
  /** The developer's machine, for people: host name, bounded and printable. */
  readonly client: string;
  readonly createdAt: Date;
  /** When it ends unless it is renewed. */
  readonly expiresAt: Date;
  /** What ends it whether it is renewed or not; undefined where nothing does that is known. */
  readonly closing?: Closing | undefined;
  /** What keeps its requests from it; undefined where nothing does that is known. */
  readonly waiting?: Waiting | undefined;
}

/** What keeps requests from an intercept, though its session be live. */
export interface Waiting {
  /** Whether it is accepted, so that only its service's traffic is missing. */
  readonly accepted: boolean;
  /** Why, as a word for programs: the reason of a condition. */
  readonly reason: string;
  /** Why, and what to do: one sentence for people. */
  readonly message: string;
}

/** What ends an intercept whether it is renewed or not. */
export interface Closing {
  /** When, unless its lifetime is over before. */
  readonly at: Date;
  /** Who or what ends it: one sentence for its owner. */
  readonly message: string;
}

/** How a port's traffic is understood. */
export type PortProtocol = 'auto' | 'http' | 'tcp';

/** The ways in which a baseline may learn its clients' addresses, as its connections come from the router. Closed. */
export const sourceAddressForms = [
  /** It does not. */
  'none',
  /** `Forwarded` (RFC 7239) on every HTTP/1.1 request, to whatever target. */
  'forwarded',
  /** A header of the PROXY protocol, version 2, at the beginning of every connection to the baseline, whatever it carries. */
  'proxy-protocol',
] as const;

/** One of `sourceAddressForms`. */
export type SourceAddressForm = (typeof sourceAddressForms)[number];

/** A routed port of a service. */
export interface PortInfo {
  readonly name: string;
  /** `HOST:PORT` that callers dial. */
  readonly listen: string;
  /** `HOST:PORT` of the baseline. */
  readonly baseline: string;
  readonly protocol: PortProtocol;
  /** What people should know about this port's traffic ("HTTP/2 connections go to the baseline: 3 so far"). */
  readonly notes: readonly string[];
}

/** A service as the manager knows it. */
export interface ServiceInfo {
  readonly name: ServiceName;
  readonly ports: readonly PortInfo[];
}
