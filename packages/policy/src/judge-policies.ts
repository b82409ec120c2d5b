import type { Principal } from '@switchyard/contract';
import { grantChecks, type Objection } from './grant-checks.ts';
import type { Policy, Restriction } from './policy.ts';
import { concerns, isSelected, toMatchKinds, toMode, type Asked, type Circumstances } from './question.ts';
import { toSentence, type Allowance, type Counts, type Refusal, type Ruling, type Verdict } from './ruling.ts';

/** What there is to be judged. */
export interface PolicyQuestion {
  readonly asked: Asked;
  readonly person: Principal;
  readonly circumstances: Circumstances;
}

/**
 * What `policies`, all those of a namespace, say of an intercept, but for how many there are. Whom none of them selects for the service has
 * intercepts with a key and nothing wider; who is selected has what the selecting ones grant, and nothing else. Grants add up: one that
 * allows all of the intercept is enough. Pure; the order of `policies` does not matter.
 */
export function judgePolicies(policies: readonly Policy[], { asked, person, circumstances }: PolicyQuestion): Ruling {
  const selecting = policies.filter((policy) => isSelected(policy, person, asked.service)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (selecting.length === 0) return judgeUnselected(asked);
  const allowances: Allowance[] = [];
  const refusals: { readonly refusal: Refusal; readonly came: number }[] = [];
  for (const policy of selecting) {
    if (policy.t === 'broken') {
      refusals.push({ refusal: toBroken(policy), came: -1 });
      continue;
    }
    const { name, grant } = policy;
    const objection = findObjection((check) => check({ grant, asked, person, circumstances }));
    if (objection === undefined) allowances.push({ policy: name, ...grant });
    else refusals.push({ refusal: toRefusal(name, objection), came: objection.came });
  }
  if (allowances.length > 0) return { allowed: true, allowances: allowances.toSorted(byLifetime) };
  const [nearest] = refusals.toSorted((left, right) => right.came - left.came);
  // There is one for each that selects, of which there is one at least.
  return withOthers((nearest as (typeof refusals)[number]).refusal, refusals.length - 1);
}

/**
 * As `judgePolicies`, with how many there are: `counts` of those that come before it. Which ones come first is the caller's to say, by age;
 * every replica has to say the same.
 */
export function admit(ruling: Ruling, { asked, person }: Pick<PolicyQuestion, 'asked' | 'person'>, counts: Counts): Verdict {
  if (!ruling.allowed) return ruling;
  const free = ruling.allowances.find((allowance) => findFull(allowance, counts) === undefined);
  if (free !== undefined) return { allowed: true, allowance: free };
  const [first] = ruling.allowances;
  return toFull(first as Allowance, { service: asked.service, user: person.user, counts });
}

/** What `restriction`, which stands in `file`, has against an intercept; undefined where it has nothing. It never allows anything by itself. */
export function findRestriction(
  restriction: Restriction,
  file: string,
  { asked, person, circumstances }: PolicyQuestion,
): Refusal | undefined {
  const { services, grant } = restriction;
  const objection = concerns({ selection: { services, subjects: [] } }, asked.service)
    ? findObjection((check) => check({ grant, asked, person, circumstances }))
    : { rule: 'modes' as const, clause: `allows no intercepts of ${asked.service}, only of ${services.join(', ')}` };
  return objection && { ...toRefusal(file, { ...objection, hint: `It stands there under \`policy\`: ask those whose project it is.` }) };
}

/** Whether the pods of `service` may be reached past a NetworkPolicy that guards them, on behalf of anybody: then its Service may be taken over. */
export function allowsBehindNetworkPolicy(policies: readonly Policy[], service: string): boolean {
  return policies.some((policy) => policy.t === 'sound' && policy.grant.allowsBehindNetworkPolicy && concerns(policy, service));
}

/** Whether time alone may change what `policies` say; then they are to be asked again each minute. */
export function dependsOnTime(policies: readonly Policy[]): boolean {
  return policies.some(
    (policy) =>
      policy.t === 'sound' && (policy.grant.schedule !== undefined || policy.grant.conditions.some(({ readsClock }) => readsClock)),
  );
}

function findObjection(
  ask: (check: (typeof grantChecks)[number]) => Objection | undefined,
): (Objection & { readonly came: number }) | undefined {
  for (const [came, check] of grantChecks.entries()) {
    const objection = ask(check);
    if (objection !== undefined) return { ...objection, came };
  }
  return undefined;
}

const unbounded: Allowance = {
  policy: undefined,
  lifetime: { defaultMs: undefined, maxMs: undefined },
  interceptsPerUser: undefined,
  interceptsPerService: undefined,
};

function judgeUnselected(asked: Asked): Ruling {
  const kinds = toMatchKinds(asked);
  if (kinds.every((kind) => kind === 'Key') && asked.key !== undefined) return { allowed: true, allowances: [unbounded] };
  const what =
    toMode(asked) === 'Replace'
      ? 'an intercept of all requests'
      : asked.key === undefined
        ? 'an intercept without a key'
        : 'an intercept of a share of the requests';
  return {
    allowed: false,
    policy: undefined,
    rule: 'default',
    message: `No policy of this namespace allows ${what} of ${asked.service}, and without one only intercepts with a key are allowed.`,
    hint: 'Use a key (--key) without a percentage, or ask an administrator of the namespace for an InterceptPolicy that grants it.',
  };
}

function toBroken({ name, mistake }: Extract<Policy, { readonly t: 'broken' }>): Refusal {
  return {
    allowed: false,
    policy: name,
    rule: 'broken',
    message: `The policy "${name}" selects you and makes no sense, so that it grants nothing: ${mistake}`,
    hint: 'Ask an administrator of the namespace to mend it: `intercept policy list` shows what is wrong.',
  };
}

function toRefusal(policy: string, { rule, clause, hint }: Objection): Refusal {
  return { allowed: false, policy, rule, message: toSentence(policy, clause), hint };
}

function withOthers(refusal: Refusal, others: number): Refusal {
  if (others === 0) return refusal;
  const rest = others === 1 ? 'another policy that selects you does' : `${others} other policies that select you do`;
  return { ...refusal, message: `${refusal.message.replace(/\.$/, '')}; ${rest} not allow it either.` };
}

function byLifetime(left: Allowance, right: Allowance): number {
  return (right.lifetime.maxMs ?? Infinity) - (left.lifetime.maxMs ?? Infinity) || 0;
}

function findFull({ interceptsPerUser, interceptsPerService }: Allowance, { user, service }: Counts): Refusal['rule'] | undefined {
  if (user >= (interceptsPerUser ?? Infinity)) return 'interceptsPerUser';
  return service >= (interceptsPerService ?? Infinity) ? 'interceptsPerService' : undefined;
}

function toFull(
  allowance: Allowance,
  { service, user, counts }: { readonly service: string; readonly user: string; readonly counts: Counts },
): Refusal {
  const { policy, interceptsPerUser = 0, interceptsPerService = 0 } = allowance;
  const rule = findFull(allowance, counts) ?? 'interceptsPerUser';
  const [limit, whose] =
    rule === 'interceptsPerUser' ? [interceptsPerUser, `${user} at most`] : [interceptsPerService, `${service} at most`];
  return {
    allowed: false,
    policy,
    rule,
    message: `The policy "${policy ?? ''}" allows ${whose} ${limit} ${limit === 1 ? 'intercept' : 'intercepts'}, and there ${limit === 1 ? 'is' : 'are'} as many already.`,
    hint:
      rule === 'interceptsPerUser'
        ? 'End one of yours first: `intercept list`, `intercept down`.'
        : 'Wait until one of them ends: `intercept list` shows whose they are.',
  };
}
