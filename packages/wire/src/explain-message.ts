import {
  InterceptError,
  parseServiceName,
  type HeaderLine,
  type RequestQuestion,
  type RouteOutcome,
  type RouteReport,
} from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import { ExplainRequestSchema, ExplainResponseSchema, RouteDecision, type RouteCandidate } from './generated/switchyard/api/v1/api_pb.ts';
import { parseInterceptId } from './intercept.ts';
import { wireLimits } from './limits.ts';
import { toShown } from './text.ts';
import { parseMessage, toViolation } from './violation.ts';

const textLimit = wireLimits.shownTextCharacters.value;
const outcomes: Readonly<Record<RouteOutcome, RouteDecision>> = {
  baseline: RouteDecision.BASELINE,
  stripped: RouteDecision.STRIPPED,
  passing: RouteDecision.PASSING,
  routed: RouteDecision.ROUTED,
  refused: RouteDecision.REFUSED,
};

/** A request of Explain as bytes; throws `bad_usage` where it is larger than a manager takes. */
export function encodeQuestion(question: RequestQuestion): Buffer {
  refuseLargeQuestion(question);
  return encodeMessage(ExplainRequestSchema, { ...question, port: question.port ?? '', header: question.header.map(toLine) });
}

/** A request of Explain; throws `bad_usage` or `protocol_violation`. */
export function parseQuestion(bytes: Uint8Array): RequestQuestion {
  const { service, port, method, target, header, clientAddress } = parseMessage(ExplainRequestSchema, bytes);
  const question = {
    service: parseServiceName(toShown(service, wireLimits.nameCharacters.value)),
    port: port === '' ? undefined : toShown(port, wireLimits.nameCharacters.value),
    method,
    target,
    header: header.map(({ name, value }): HeaderLine => [name, value]),
    clientAddress,
  };
  refuseLargeQuestion(question);
  return question;
}

/** Refuses a question that is larger than a manager takes: `bad_usage`. */
export function refuseLargeQuestion({ method, target, header, clientAddress }: RequestQuestion): void {
  const { questionHeaders, questionBytes } = wireLimits;
  if (header.length > questionHeaders.value) {
    throw new InterceptError(
      'bad_usage',
      `The request has ${header.length} header lines, and at most ${questionHeaders.value} are explained.`,
    );
  }
  const bytes = [method, target, clientAddress, ...header.flat()].reduce((sum, text) => sum + text.length, 0);
  if (bytes > questionBytes.value) {
    throw new InterceptError('bad_usage', `The request has ${bytes} bytes, and at most ${questionBytes.value} are explained.`);
  }
}

/** The answer to Explain as bytes. */
export function encodeReport({ outcome, status, key, candidates, more, responseHeader, refusal, port }: RouteReport): Buffer {
  return encodeMessage(ExplainResponseSchema, {
    port,
    decision: outcomes[outcome],
    status: status ?? '',
    ...(key === undefined ? {} : { key }),
    candidates: candidates.map(({ reasons, ...candidate }) => ({ ...candidate, reasons: [...reasons] })),
    more,
    responseHeader: responseHeader.map(toLine),
    refusal: refusal ?? '',
  });
}

/** The answer to Explain; throws `protocol_violation` or `bad_usage`. */
export function parseReport(bytes: Uint8Array): RouteReport {
  const { port, decision, status, key, candidates, more, responseHeader, refusal } = parseMessage(ExplainResponseSchema, bytes);
  return {
    port: toShown(port, textLimit),
    outcome: fromDecision(decision),
    status: status === '' ? undefined : toShown(status, textLimit),
    key: key === undefined ? undefined : { form: toShown(key.form, textLimit), text: toShown(key.text, textLimit), valid: key.valid },
    candidates: candidates.map(fromCandidate),
    more,
    responseHeader: responseHeader.map(({ name, value }): HeaderLine => [toShown(name, textLimit), toShown(value, textLimit)]),
    refusal: refusal === '' ? undefined : toShown(refusal, textLimit),
  };
}

function fromDecision(decision: RouteDecision): RouteOutcome {
  const found = (Object.keys(outcomes) as RouteOutcome[]).find((outcome) => outcomes[outcome] === decision);
  if (found === undefined) throw toViolation('it decided what this version does not know');
  return found;
}

function fromCandidate({ id, owner, won, reasons }: RouteCandidate): RouteReport['candidates'][number] {
  return {
    id: parseInterceptId(id),
    owner: toShown(owner, textLimit),
    won,
    reasons: reasons.map((reason) => toShown(reason, textLimit)),
  };
}

function toLine([name, value]: HeaderLine): { name: string; value: string } {
  return { name, value };
}
