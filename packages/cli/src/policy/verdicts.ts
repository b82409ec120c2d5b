import type { Policy, Verdict } from '@switchyard/policy';
import { toTable, type View } from '../output.ts';
import { askPolicies } from './ask-policies.ts';
import type { Outcome, Question } from './questions.ts';

/** A question, and what policies say of it. */
export interface Answered {
  readonly question: Question;
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  /** Whether it is what was expected. */
  readonly right: boolean;
}

/** Asks `policies` every question. */
export function answer(policies: readonly Policy[], questions: readonly Question[]): readonly Answered[] {
  return questions.map((question) => {
    const verdict = askPolicies(policies, question.wish);
    const outcome = toOutcome(verdict);
    return { question, verdict, outcome, right: outcome === (question.expect ?? 'allowed') };
  });
}

function toOutcome(verdict: Verdict): Outcome {
  if (verdict.allowed) return 'allowed';
  return verdict.rule === 'approval' ? 'pending' : 'denied';
}

/** The answers in every form. */
export function toAnswersView(answers: readonly Answered[]): View {
  const rows = answers.map(({ question, outcome, verdict, right }) => [
    right ? 'ok' : 'NOT AS EXPECTED',
    question.name,
    outcome,
    (verdict.allowed ? verdict.allowance.policy : verdict.policy) ?? '-',
    verdict.allowed ? '-' : verdict.rule,
  ]);
  return {
    data: { answers: answers.map(toData) },
    text: (paint) => {
      const [only, ...others] = answers;
      if (only !== undefined && others.length === 0 && only.question.expect === undefined) return toSentence(only);
      const wrong = answers.filter(({ right }) => !right).map((each) => `${each.question.name}: ${toSentence(each)}`);
      return [toTable(['', 'QUESTION', 'ANSWER', 'POLICY', 'RULE'], rows, paint), ...wrong].join('\n');
    },
    plain: rows,
  };
}

function toData({ question, verdict, outcome, right }: Answered): unknown {
  const said = verdict.allowed
    ? { policy: verdict.allowance.policy ?? null }
    : { policy: verdict.policy ?? null, rule: verdict.rule, message: verdict.message, hint: verdict.hint };
  return { name: question.name, outcome, asExpected: right, ...said };
}

function toSentence({ verdict, outcome }: Answered): string {
  if (!verdict.allowed) return `${outcome}: ${verdict.message}\n  ${verdict.hint}`;
  const { policy } = verdict.allowance;
  return policy === undefined ? 'allowed: no policy selects this user for this service' : `allowed: by the policy "${policy}"`;
}
