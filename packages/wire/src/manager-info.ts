import type { MatchPolicy, RoutingKey, ServiceName } from '@switchyard/contract';

/**
 * How a manager wants agents to prove who they are: not at all, by a bearer token, or by the key that stands in their Intercept objects.
 */
export type AuthMode = 'none' | 'token' | 'kubernetes';

/** The protocol versions that one end speaks, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** Where people sign in for a token that a manager takes: an OpenID provider, and what the manager is to it. */
export interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
  /** What to ask for. Empty: openid and offline_access. */
  readonly scopes: readonly string[];
}

/** What a manager says about itself. */
export interface ManagerInfo {
  /** Version of the manager's software, for people. */
  readonly version: string;
  /** Protocol versions that it speaks. */
  readonly protocol: VersionRange;
  readonly auth: AuthMode;
  /** Whom it takes the caller for; undefined where the caller did not prove who they are. */
  readonly owner: string | undefined;
  /** The owner's groups; undefined where none are known. */
  readonly groups?: readonly string[] | undefined;
  /** What time it is at the manager; undefined where it does not say. */
  readonly now: Date | undefined;
  /** What may be intercepted by beside keys; undefined where it does not say. */
  readonly policy: MatchPolicy | undefined;
  /** Where people sign in; undefined where it takes no tokens of that kind. */
  readonly signIn?: SignIn | undefined;
}

/** Which of the caller's own intercepts to remove. Several fields narrow; without one, `all` must be true. */
export interface RemovalFilter {
  readonly service?: ServiceName;
  readonly key?: RoutingKey;
  /** Only those without a key. */
  readonly keyless?: boolean;
  readonly all: boolean;
}
