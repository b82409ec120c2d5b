import type { Condition, Match, Principal } from '@switchyard/contract';
import { isEverything } from '@switchyard/route';
import type { Facts } from './condition.ts';
import type { MatchKind, Mode, Policy, Selection, Subject, Target } from './policy.ts';

/** An intercept that somebody asks for, as far as policies look at it. */
export interface Asked {
  readonly service: string;
  readonly port: string;
  /** Undefined: `match` alone decides. */
  readonly key: string | undefined;
  readonly match: Match;
  readonly target: Exclude<Target, 'Url'>;
  /** Undefined: what is granted by default. */
  readonly lifetimeMs: number | undefined;
}

/** What else a judgement depends on. */
export interface Circumstances {
  readonly at: Date;
  /** Whether somebody who may do so approved it. */
  readonly approved: boolean;
}

/** `Replace` where it has no key and one of its alternatives leaves nothing to the baseline. Expressions are not looked through. */
export function toMode({ key, match }: Pick<Asked, 'key' | 'match'>): Mode {
  return key === undefined && (match.length === 0 || isEverything(match)) ? 'Replace' : 'Intercept';
}

/** By what its requests are chosen. Beside a key conditions only narrow, so that of them just a share of the requests counts. */
export function toMatchKinds({ key, match }: Pick<Asked, 'key' | 'match'>): readonly MatchKind[] {
  const kinds = new Set(match.flat().map(({ t }) => kindOf[t]));
  if (key === undefined) return [...kinds];
  return kinds.has('Percent') ? ['Key', 'Percent'] : ['Key'];
}

const kindOf: Readonly<Record<Condition['t'], MatchKind>> = {
  header: 'Header',
  path: 'Path',
  method: 'Method',
  query: 'Query',
  cookie: 'Cookie',
  percent: 'Percent',
};

/** What conditions look at. */
export function toFacts(asked: Asked, person: Principal, at: Date): Facts {
  const { service, port, key, match, target, lifetimeMs = 0 } = asked;
  const shares = match.flat().map((condition) => (condition.t === 'percent' ? condition.percent : 0));
  return {
    ...person,
    at,
    intercept: {
      service,
      port,
      key: key ?? '',
      keyless: key === undefined,
      mode: toMode(asked),
      matchKinds: toMatchKinds(asked),
      percent: Math.max(0, ...shares),
      target,
      lifetimeSeconds: Math.ceil(lifetimeMs / 1_000),
    },
  };
}

/** Whether a policy selects `person` for `service`. */
export function isSelected(policy: Pick<Policy, 'selection'>, person: Principal, service: string): boolean {
  return concerns(policy, service) && isAmong(policy.selection, person);
}

/** Whether a policy is about `service`, for whomever. */
export function concerns({ selection }: Pick<Policy, 'selection'>, service: string): boolean {
  return selection.services.some((pattern) => (pattern.endsWith('*') ? service.startsWith(pattern.slice(0, -1)) : pattern === service));
}

function isAmong({ subjects }: Selection, person: Principal): boolean {
  const groups = new Set([...person.groups, ...impliedGroups(person.user)]);
  return subjects.some((subject) => (subject.kind === 'Group' ? groups.has(subject.name) : toUser(subject) === person.user));
}

function toUser(subject: Exclude<Subject, { readonly kind: 'Group' }>): string {
  return subject.kind === 'ServiceAccount' ? `system:serviceaccount:${subject.namespace}:${subject.name}` : subject.name;
}

/** Groups that a name alone says, so that nobody can leave them out. */
function impliedGroups(user: string): readonly string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user) ?? [];
  const accounts = namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return ['system:authenticated', ...accounts];
}
