export { admit, allowsBehindNetworkPolicy, dependsOnTime, findRestriction, judgePolicies, type PolicyQuestion } from './judge-policies.ts';
export { refuseByPolicy } from './match-policy.ts';
export { parsePolicies, readPolicy } from './read-policy.ts';
export type { Grant, MatchKind, Mode, Policy, Restriction, Selection, Subject, Target } from './policy.ts';
export { restrictionSchema } from './schema.ts';
export { concerns, type Asked, type Circumstances } from './question.ts';
export type { Allowance, Counts, Refusal, Rule, Ruling, Verdict } from './ruling.ts';
