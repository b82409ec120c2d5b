import { planConnectionClose, type HeadEdit, type ResponseHeadParser } from '@switchyard/http1';
import type { Exchange } from './exchange.ts';

/** What the edit of a response head depends on besides its exchange. */
export interface ResponseContext {
  /** The connection ends with this response although its target did not say so. */
  readonly announcesClose: boolean;
  /** What the answer to a keyed request varies by. */
  readonly vary: string;
}

/** The changes of a response head. Empty for the ordinary one. */
export function planResponse(exchange: Exchange, head: ResponseHeadParser, bytes: Buffer, context: ResponseContext): HeadEdit[] {
  const edits: HeadEdit[] = [];
  const plan = exchange.replyPlan;
  if (plan?.status !== undefined) edits.push({ t: 'add', name: 'X-Intercept-Status', value: plan.status });
  if (plan?.servedBy !== undefined) {
    edits.push({ t: 'add', name: 'X-Intercept-Served-By', value: plan.servedBy });
    if (isCacheable(exchange, head)) edits.push({ t: 'add', name: 'Vary', value: context.vary });
  }
  if (plan?.setCookie !== undefined) edits.push({ t: 'add', name: 'Set-Cookie', value: plan.setCookie });
  if (context.announcesClose) edits.push(...planConnectionClose(bytes));
  return edits;
}

/** Whether a cache between us and the client might keep the answer (RFC 9111 section 3). */
function isCacheable(exchange: Exchange, head: ResponseHeadParser): boolean {
  return (
    (exchange.request.method === 'GET' || exchange.request.method === 'HEAD') && !/(?:^|,)\s*no-store\b/.test(head.framing.cacheControl)
  );
}
