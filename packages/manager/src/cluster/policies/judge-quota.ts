import { admit, type Allowance, type Refusal, type Ruling } from '@switchyard/policy';
import type { Claim } from '../intercepts/claim.ts';
import type { Verdict } from '../intercepts/verdict.ts';
import { toQuestion } from './claim-question.ts';

/** Whether an intercept is allowed, and by which policy. */
export interface Acceptance extends Verdict {
  /** The policy that allows it, or came nearest to that; undefined where none selects its owner. */
  readonly policy?: string | undefined;
  /** What it is allowed by; undefined where it is not. */
  readonly allowance?: Allowance | undefined;
  /** Whether it keeps its key and its conditions from others, accepted or not. Default false. */
  readonly placed?: boolean | undefined;
}

/** What becomes of a claim by policies: `holds` its place, whether it is accepted already or not. */
export interface PolicyVerdict {
  readonly holds: boolean;
  /** Undefined where no policy stands against it. */
  readonly refusal: Acceptance | undefined;
  readonly allowance: Allowance | undefined;
}

/** Counts the intercepts of users and services, oldest first: every replica that sees the same objects counts the same. */
export class QuotaCount {
  readonly #perUser: Map<string, number> = new Map();
  readonly #perService: Map<string, number> = new Map();

  /** What `ruling` comes to for `claim`, which is younger than all that were counted. */
  judge(claim: Claim, ruling: Ruling): PolicyVerdict {
    const counts = { user: this.#perUser.get(claim.owner) ?? 0, service: this.#perService.get(claim.service) ?? 0 };
    const verdict = admit(ruling, toQuestion(claim, new Date(claim.createdAtMs)), counts);
    if (verdict.allowed) return { holds: true, refusal: undefined, allowance: verdict.allowance };
    // Who waits for somebody's word is not to lose the place meanwhile.
    return { holds: verdict.rule === 'approval', refusal: toRefused(claim, verdict), allowance: undefined };
  }

  /** Counts `claim`: it has its place. */
  add({ owner, service }: Pick<Claim, 'owner' | 'service'>): void {
    this.#perUser.set(owner, (this.#perUser.get(owner) ?? 0) + 1);
    this.#perService.set(service, (this.#perService.get(service) ?? 0) + 1);
  }
}

function toRefused({ id }: Claim, { rule, policy, message, hint }: Refusal): Acceptance {
  const remedy = rule === 'approval' ? `Somebody who may do so approves it: \`intercept admin approve ${id}\`.` : hint;
  return { holds: false, reason: toReason(rule), message: `${message} ${remedy}`, policy };
}

function toReason(rule: Refusal['rule']): Verdict['reason'] {
  if (rule === 'approval') return 'ApprovalPending';
  return rule === 'interceptsPerUser' || rule === 'interceptsPerService' ? 'QuotaReached' : 'PolicyDenied';
}
