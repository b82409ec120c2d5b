import { formatDuration } from '@switchyard/config';
import type { Principal } from '@switchyard/contract';
import type { Grant, MatchKind } from './policy.ts';
import { toFacts, toMatchKinds, toMode, type Asked, type Circumstances } from './question.ts';
import type { Rule } from './ruling.ts';

/** What a grant has against an intercept. */
export interface Objection {
  readonly rule: Rule;
  /** A clause that begins after the policy's name: `allows intercepts of orders only with a key`. */
  readonly clause: string;
  readonly hint: string;
}

/** What is asked of a grant. */
export interface GrantQuestion {
  readonly grant: Grant;
  readonly asked: Asked;
  readonly person: Principal;
  readonly circumstances: Circumstances;
}

/** One look at a grant; undefined where it has nothing against it. */
type GrantCheck = (question: GrantQuestion) => Objection | undefined;

/** All that a grant is asked, in this order: a later objection comes nearer to an allowance. */
export const grantChecks: readonly GrantCheck[] = [
  checkMode,
  checkMatchKinds,
  checkTarget,
  checkLifetime,
  checkSchedule,
  checkConditions,
  checkApproval,
];

const askAdmin = 'ask an administrator of the namespace to';

function checkMode({ grant, asked }: GrantQuestion): Objection | undefined {
  const mode = toMode(asked);
  if (grant.modes.includes(mode)) return undefined;
  if (mode === 'Replace') {
    const clause = `does not allow all requests of ${asked.service} to be taken`;
    return {
      rule: 'modes',
      clause,
      hint: `Use a key or a condition that tells your requests apart, or ${askAdmin} add Replace to its modes.`,
    };
  }
  const others = grant.modes.length === 0 ? 'at all' : `in other ways than ${toList(grant.modes)}`;
  const clause = `does not allow ${asked.service} to be intercepted ${others}`;
  return { rule: 'modes', clause, hint: `Intercept another service, or ${askAdmin} add Intercept to its modes.` };
}

/** By what requests are chosen, whoever asks and whenever. */
export function checkMatchKinds({
  grant: { matchKinds },
  asked,
}: {
  readonly grant: Pick<Grant, 'matchKinds'>;
  readonly asked: Pick<Asked, 'service' | 'key' | 'match'>;
}): Objection | undefined {
  const missing = toMatchKinds(asked).filter((kind) => !matchKinds.includes(kind));
  if (missing.length === 0) return undefined;
  const hint = (advice: string): string => `${advice}, or ${askAdmin} add ${toList(missing)} to its matchKinds.`;
  if (missing.includes('Key')) {
    return {
      rule: 'matchKinds',
      clause: `allows no intercepts of ${asked.service} with a key`,
      hint: hint('Leave the key out (--no-key)'),
    };
  }
  if (asked.key !== undefined) {
    const clause = `does not allow a share of the requests of ${asked.service} to be intercepted`;
    return { rule: 'matchKinds', clause, hint: hint('Leave the percentage out') };
  }
  const keyless = matchKinds.filter((kind) => kind !== 'Key' && kind !== 'Tcp');
  const clause =
    keyless.length === 0
      ? `allows intercepts of ${asked.service} only with a key`
      : `allows keyless intercepts of ${asked.service} only by ${toWords(keyless)}, and this one goes by ${toWords(missing)}`;
  return { rule: 'matchKinds', clause, hint: hint(keyless.length === 0 ? 'Use a key' : 'Use a key or other conditions') };
}

function checkTarget({ grant: { targets }, asked: { target, service } }: GrantQuestion): Objection | undefined {
  if (targets.includes(target)) return undefined;
  const clause = `does not allow requests of ${service} to go ${target === 'Tunnel' ? 'through a tunnel' : 'directly to a pod'}`;
  const advice = target === 'Pod' && targets.includes('Tunnel') ? 'Use the tunnel (--lane tunnel), or' : 'If they should,';
  return { rule: 'targets', clause, hint: `${advice} ${askAdmin} add ${target} to its targets.` };
}

function checkLifetime({ grant: { lifetime }, asked: { lifetimeMs, service } }: GrantQuestion): Objection | undefined {
  const { maxMs } = lifetime;
  if (lifetimeMs === undefined || maxMs === undefined || lifetimeMs <= maxMs) return undefined;
  const [most, wanted] = [formatDuration(maxMs), formatDuration(lifetimeMs)];
  const clause = `allows intercepts of ${service} to live for at most ${most}, and this one asks for ${wanted}`;
  return { rule: 'lifetime', clause, hint: `Ask for less (--lifetime ${most}), and renew it when you need it for longer.` };
}

function checkSchedule({ grant: { schedule }, asked, circumstances }: GrantQuestion): Objection | undefined {
  if (schedule === undefined || schedule.isOpen(circumstances.at)) return undefined;
  const clause = `allows intercepts of ${asked.service} only ${schedule.text}`;
  return { rule: 'schedule', clause, hint: `Come back then, or ${askAdmin} change its schedule.` };
}

function checkConditions({ grant, asked, person, circumstances }: GrantQuestion): Objection | undefined {
  const facts = toFacts(asked, person, circumstances.at);
  for (const { expression, message, ask } of grant.conditions) {
    const answer = ask(facts);
    if (answer.t === 'holds') continue;
    const hint = `Ask for what it allows, or ${askAdmin} change its conditions.`;
    if (answer.t === 'error') {
      const clause = `has a condition that cannot be decided, ${expression}, because: ${answer.reason}`;
      return { rule: 'conditions', clause, hint: `To let it be decided, ${askAdmin} change the condition.` };
    }
    const clause = message === undefined ? `allows intercepts of ${asked.service} only where ${expression}` : `says: ${message}`;
    return { rule: 'conditions', clause, hint };
  }
  return undefined;
}

function checkApproval({ grant, asked, circumstances }: GrantQuestion): Objection | undefined {
  if (!grant.needsApproval || circumstances.approved) return undefined;
  const clause = `wants somebody else to approve each intercept of ${asked.service}`;
  return { rule: 'approval', clause, hint: 'Somebody who may do so approves it with `intercept admin approve`.' };
}

function toWords(kinds: readonly MatchKind[]): string {
  return toList(kinds.map((kind) => kind.toLowerCase()));
}

function toList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
