import { editHead, type ResponseHeadParser } from '@switchyard/http1';
import type { Exchange } from './exchange.ts';
import { planResponse, type ResponseContext } from './response-plan.ts';

/**
 * Edits the final response heads of one target. When a head comes again, byte for byte, as the answer to a repeated request, what became of
 * it the first time stands.
 */
export class ResponseEditor {
  #edited: Buffer | undefined;
  /** What `#edited` followed from, besides the bytes that came. */
  #request: Exchange['request'] | undefined;
  #replyPlan: Exchange['replyPlan'];
  #vary = '';

  /**
   * The head that stands in `bytes[start..end)` as it is to be sent; undefined: as it came. Call it for every final head that `head`
   * has parsed.
   */
  edit(
    exchange: Exchange,
    head: ResponseHeadParser,
    bytes: Buffer,
    start: number,
    end: number,
    context: ResponseContext,
  ): Buffer | undefined {
    const { request, replyPlan } = exchange;
    if (!head.isRepeated) this.#edited = undefined;
    if (replyPlan === undefined && !context.announcesClose) return undefined;
    const isSame = request === this.#request && replyPlan === this.#replyPlan && context.vary === this.#vary && !context.announcesClose;
    if (isSame && this.#edited !== undefined) return this.#edited;
    const original = bytes.subarray(start, end);
    const edits = planResponse(exchange, head, original, context);
    if (edits.length === 0) return undefined;
    const edited = editHead(original, edits);
    // A head that is repeated is small.
    this.#edited = head.isRepeated && !context.announcesClose ? edited : undefined;
    this.#request = request;
    this.#replyPlan = replyPlan;
    this.#vary = context.vary;
    return edited;
  }
}
