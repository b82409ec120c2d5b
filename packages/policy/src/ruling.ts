import type { GrantedLifetime } from './policy.ts';

/** Which part of the policies said no. Closed. */
export type Rule =
  /** No policy selects the person for the service, and it is more than an intercept with a key. */
  | 'default'
  /** The policy makes no sense. */
  | 'broken'
  | 'modes'
  | 'matchKinds'
  | 'targets'
  | 'lifetime'
  | 'schedule'
  | 'conditions'
  | 'approval'
  | 'interceptsPerUser'
  | 'interceptsPerService';

/** Why an intercept is not allowed. */
export interface Refusal {
  readonly allowed: false;
  /** The policy that came nearest to allowing it; undefined where none selects the person. */
  readonly policy: string | undefined;
  readonly rule: Rule;
  /** One sentence that names policy and rule. It does not change while policies and intercept stay as they are. */
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

/** The message of a refusal by the policy `name`; `clause` says what that allows or does not. */
export function toSentence(name: string, clause: string): string {
  return `The policy "${name}" ${clause}.`;
}

/** What one grant allows. */
export interface Allowance {
  /** Undefined: what is allowed without any policy. */
  readonly policy: string | undefined;
  readonly lifetime: GrantedLifetime;
  readonly interceptsPerUser: number | undefined;
  readonly interceptsPerService: number | undefined;
}

/** What the policies say of an intercept, but for how many there are. */
export type Ruling =
  /** Every grant that allows all of it, the one with the longest lifetime first. */
  { readonly allowed: true; readonly allowances: readonly Allowance[] } | Refusal;

/** What the policies say of an intercept. */
export type Verdict = { readonly allowed: true; readonly allowance: Allowance } | Refusal;

/** How many intercepts there are that come before one. */
export interface Counts {
  /** Of the same user, in the namespace. */
  readonly user: number;
  /** Of the same service. */
  readonly service: number;
}
