/** A user as the API server of a cluster, or a token, knows them. */
export interface Principal {
  readonly user: string;
  /** Groups that rights may come from. Leaving some out only makes rights fewer. */
  readonly groups: readonly string[];
}

/** What works with an intercept, as it says itself: for records, never for decisions. */
export interface Actor {
  readonly kind: ActorKind;
  /** For whom it works. */
  readonly onBehalfOf?: string | undefined;
}

/** Kinds of actors: somebody at a keyboard, a program that acts by itself for somebody, a pipeline. Closed. */
export const actorKinds = ['person', 'agent', 'ci'] as const;

/** One of `actorKinds`. */
export type ActorKind = (typeof actorKinds)[number];
