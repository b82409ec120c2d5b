import type { InterceptError } from '@switchyard/contract';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What every answer says: it is nobody's to keep, to guess at, to frame or to load into a page. */
export const safeHeaders: OutgoingHttpHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
};

/** Ends `response` with a document of JSON. */
export function answerJson(response: ServerResponse, status: number, text: string, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, {
    ...safeHeaders,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Ends `response` with a failure; `status` where it is another than that of its code. */
export function answerError(
  response: ServerResponse,
  error: InterceptError,
  { status = error.row.http, headers = {} }: { readonly status?: number; readonly headers?: OutgoingHttpHeaders } = {},
): void {
  const { code, message, hint, detail } = error;
  const retryAfter = detail?.['retryAfterSeconds'];
  const own: OutgoingHttpHeaders = { ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}), ...headers };
  if (typeof retryAfter === 'number') own['retry-after'] = String(retryAfter);
  answerJson(response, status, JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }), own);
}
