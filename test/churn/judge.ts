import type { Question, Reply } from '../e2e/programs/question.ts';
import type { Ledger, Life } from './ledger.ts';

/** A request that was sent, with what became of it; times of the ledger. */
export interface Exchange {
  readonly question: Question;
  readonly reply: Reply;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** What an answer is worth. */
export type Verdict =
  | { readonly t: 'right'; readonly by: 'baseline' | 'agent' }
  /** Its intercept was just then starting, ending or disturbed, and the answer says so. */
  | { readonly t: 'excused'; readonly why: string }
  /** Answered by a side that its key did not choose. */
  | { readonly t: 'misrouted'; readonly why: string }
  /** Not answered as it should have been. */
  | { readonly t: 'failed'; readonly why: string };

/** How long after its end an intercept may still be heard of: the bound for a deleted object. */
const lingerMs = 2_000;

/** Judges one answer by what was the case between sending and hearing of it. */
export function judge(ledger: Ledger, exchange: Exchange): Verdict {
  const { question, reply } = exchange;
  if (reply.status === undefined) return { t: 'failed', why: reply.error ?? 'no answer' };
  if (reply.status !== 200) return judgeRefusal(ledger, exchange);
  const { version, service, life } = readBody(reply.body);
  if (service !== question.service) return { t: 'misrouted', why: `answered by ${version} of ${service}` };
  return version === 'agent' ? judgeAgent(exchange, ledger.find(life ?? -1)) : judgeBaseline(ledger, exchange);
}

function judgeAgent({ question, sentAt, answeredAt }: Exchange, life: Life | undefined): Verdict {
  if (life === undefined) return { t: 'misrouted', why: 'answered by an agent that nobody knows' };
  if (question.key === null) return { t: 'misrouted', why: `without a key, answered by ${life.owner}` };
  if (life.key !== question.key || life.service !== question.service)
    return { t: 'misrouted', why: `answered by ${life.owner} for ${life.key} of ${life.service}` };
  if (life.askedAt > answeredAt) return { t: 'misrouted', why: 'answered by an intercept that was not asked for yet' };
  if ((life.endedAt ?? Infinity) + lingerMs < sentAt) return { t: 'misrouted', why: 'answered by an intercept that was over' };
  return { t: 'right', by: 'agent' };
}

function judgeBaseline(ledger: Ledger, exchange: Exchange): Verdict {
  const { question, reply, sentAt } = exchange;
  if (question.key === null) return { t: 'right', by: 'baseline' };
  // A connection that was opened before the service was taken over goes past the router, and no mark says so.
  const since = reply.marker === '' ? sentAt - (reply.connectionAgeMs ?? 0) : sentAt;
  const steady = findSteady(ledger, { ...exchange, sentAt: since });
  if (steady === undefined)
    return isLive(ledger, exchange) ? { t: 'excused', why: `baseline ${reply.marker ?? ''}` } : { t: 'right', by: 'baseline' };
  return { t: 'misrouted', why: `the baseline answered (${reply.marker ?? ''}) in the place of ${steady.owner}` };
}

function judgeRefusal(ledger: Ledger, exchange: Exchange): Verdict {
  const { question, reply } = exchange;
  const what = `${reply.status} ${reply.code ?? ''}: ${reply.body.slice(0, 120)}`;
  if (question.key === null || reply.code === '') return { t: 'failed', why: what };
  const steady = findSteady(ledger, exchange);
  if (steady !== undefined) return { t: 'failed', why: `${what}, though ${steady.owner} was there` };
  return isLive(ledger, exchange) ? { t: 'excused', why: `${reply.status} ${reply.code}` } : { t: 'failed', why: what };
}

/** An intercept that was there all the time, undisturbed: it alone may answer. */
function findSteady(ledger: Ledger, { question: { service, key }, sentAt, answeredAt }: Exchange): Life | undefined {
  return ledger
    .of(service, key ?? '')
    .find(
      (life) =>
        (life.readyAt ?? Infinity) <= sentAt &&
        (life.endingAt ?? Infinity) >= answeredAt &&
        ledger.disturbances(life, sentAt, answeredAt).length === 0,
    );
}

/** Whether there is an intercept that the answer may be about. */
function isLive(ledger: Ledger, { question: { service, key }, sentAt, answeredAt }: Exchange): boolean {
  return ledger.of(service, key ?? '').some((life) => life.askedAt <= answeredAt && (life.endedAt ?? Infinity) + lingerMs >= sentAt);
}

/** What baselines and agents of the test answer. */
function readBody(body: string): { readonly version: string; readonly service: string; readonly life?: number } {
  return JSON.parse(body) as { version: string; service: string; life?: number };
}
