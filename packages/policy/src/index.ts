export { admit, allowsBehindNetworkPolicy, dependsOnTime, judgePolicies, type PolicyQuestion } from './judge-policies.ts';
export { parsePolicies, readPolicy } from './read-policy.ts';
export type { Grant, MatchKind, Mode, Policy, Selection, Subject, Target } from './policy.ts';
export type { Asked, Circumstances } from './question.ts';
export type { Allowance, Counts, Refusal, Rule, Ruling, Verdict } from './ruling.ts';
