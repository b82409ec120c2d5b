import { STATUS_CODES } from 'node:http';
import type { InterceptError } from '@switchyard/contract';

/** What a response of the router's own needs to know about its request. */
export interface LocalReplyOptions {
  readonly requestId: string;
  /** The method of the request: the answer to HEAD has no body. */
  readonly method: string;
  readonly closes: boolean;
}

/**
 * A response that the router makes itself. It carries `x-intercept-error: CODE` and a request id, so that one look tells
 * whether the target or the router answered.
 */
export function createLocalReply(error: InterceptError, options: LocalReplyOptions): Buffer {
  const status = error.row.http;
  const body = `${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Intercept-Error: ${error.code}`,
    `X-Intercept-Request-Id: ${options.requestId}`,
    ...(options.closes ? ['Connection: close'] : []),
    '',
    '',
  ].join('\r\n');
  return Buffer.from(options.method === 'HEAD' ? head : head + body);
}
