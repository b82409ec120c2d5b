import type { CompiledCondition } from './condition.ts';
import type { Schedule } from './schedule.ts';

/** Whom a policy is about. */
export type Subject =
  | { readonly kind: 'User' | 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string };

/** Whom and what a policy selects: whoever it selects for a service has there what policies grant, and nothing else. */
export interface Selection {
  readonly subjects: readonly Subject[];
  /** Names of services; `orders-*` stands for all that begin so, `*` for all. */
  readonly services: readonly string[];
}

/** What may be done with requests. Closed. */
export const modes = ['Intercept', 'Replace', 'Mirror'] as const;

/** One of `modes`. */
export type Mode = (typeof modes)[number];

/** By what requests may be chosen. Closed. */
export const matchKinds = ['Key', 'Header', 'Path', 'Method', 'Query', 'Cookie', 'Percent', 'Tcp'] as const;

/** One of `matchKinds`. */
export type MatchKind = (typeof matchKinds)[number];

/** Where requests may go. Closed. */
export const targets = ['Tunnel', 'Pod', 'Url'] as const;

/** One of `targets`. */
export type Target = (typeof targets)[number];

/** How long intercepts live. */
export interface GrantedLifetime {
  /** Where an intercept asks for nothing; undefined: the most. */
  readonly defaultMs: number | undefined;
  /** Undefined: as long as the manager allows. */
  readonly maxMs: number | undefined;
}

/** What a policy grants. An intercept is allowed where one grant allows all of it. */
export interface Grant {
  readonly modes: readonly Mode[];
  readonly matchKinds: readonly MatchKind[];
  readonly targets: readonly Target[];
  readonly lifetime: GrantedLifetime;
  readonly interceptsPerUser: number | undefined;
  readonly interceptsPerService: number | undefined;
  /** Undefined: at any time. */
  readonly schedule: Schedule | undefined;
  /** Whether somebody has to approve each intercept. */
  readonly needsApproval: boolean;
  /** All of them have to hold. */
  readonly conditions: readonly CompiledCondition[];
  readonly allowsBehindNetworkPolicy: boolean;
}

/** A policy of a namespace. */
export type Policy =
  | { readonly t: 'sound'; readonly name: string; readonly selection: Selection; readonly grant: Grant }
  /** It makes no sense: what it selects, as far as that can be read, it grants nothing. */
  | { readonly t: 'broken'; readonly name: string; readonly selection: Selection; readonly mistake: string };

/** What somebody allows themselves of what policies allow. It can only refuse: whatever it says, policies are asked as well. */
export interface Restriction {
  /** As of `Selection`. Nothing is allowed for others. */
  readonly services: readonly string[];
  readonly grant: Grant;
}
