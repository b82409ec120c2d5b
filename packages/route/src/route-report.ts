import type { HeaderLine, RequestQuestion, RouteReport } from '@switchyard/contract';
import { explain, type Explanation } from './explain.ts';
import { toServedBy, toVary } from './response-headers.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Answers `question`, whose port is called `port`, by the rules of `snapshot`: as plain data, which holds nothing of targets and sessions.
 */
export function reportRoute(snapshot: Snapshot, port: string, question: RequestQuestion): RouteReport {
  const table = snapshot.table(question.service, port);
  const explanation = explain(table, question);
  const { decision, status, key, candidates, more, refusal } = explanation;
  return {
    port,
    outcome: decision,
    status,
    key,
    candidates: candidates.map(({ rule: { id, owner }, won, reasons }) => ({ id, owner, won, reasons })),
    more,
    responseHeader: toResponseHeader(explanation, toVary(table.fieldNames)),
    refusal,
  };
}

function toResponseHeader({ winner, status, setCookie, refusal }: Explanation, vary: string): readonly HeaderLine[] {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['x-intercept-served-by', winner && toServedBy(winner)],
    ['vary', winner && vary],
    ['x-intercept-status', status],
    ['set-cookie', setCookie],
    ['x-intercept-error', refusal === undefined ? undefined : 'protocol_violation'],
  ];
  return lines.flatMap(([name, value]): readonly HeaderLine[] => (value === undefined ? [] : [[name, value]]));
}
