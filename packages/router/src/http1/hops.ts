import { InterceptError } from '@switchyard/contract';
import type { Field, HeadEdit } from '@switchyard/http1';

/** Counts how often a keyed request was routed to a target: without it an intercept that leads to itself would go round for ever. */
export const hopHeader = 'x-intercept-hops';

/** The edit that counts one hop more. Throws nothing: more hops than `limit` are an error as a value. */
export function planHop(fields: readonly Field[], limit: number): HeadEdit | InterceptError {
  const field = fields.findLast(({ name }) => name === hopHeader);
  if (field === undefined) return { t: 'add', name: hopHeader, value: '1' };
  // What is no number was not written by a router, and tells nothing.
  const hops = /^\d{1,4}$/.test(field.value) ? Number(field.value) : 0;
  if (hops < limit) return { t: 'replace', line: field.line, value: String(hops + 1) };
  return new InterceptError('loop_detected', `This request was routed ${hops} times already: an intercept leads back to its own service.`, {
    hint: 'Let the intercept deliver to the port of your own process, not to one that the manager listens on.',
  });
}
