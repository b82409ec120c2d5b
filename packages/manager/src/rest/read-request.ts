import { InterceptError } from '@switchyard/contract';
import { parseOwner, readBearer, type Caller } from '@switchyard/tunnel';
import type { IncomingMessage } from 'node:http';
import { fixedManagerLimits } from '../limits.ts';

const mostBytes = fixedManagerLimits.requestBodyBytes.value;

/** Who calls, as the header says; throws `bad_usage`. */
export function readCaller({ headers }: Pick<IncomingMessage, 'headers'>, address: string): Caller {
  const owner = headers['switchyard-owner'];
  const { authorization } = headers;
  const token = authorization === undefined ? undefined : readBearer(authorization);
  if (authorization !== undefined && token === undefined) {
    throw new InterceptError('bad_usage', 'The header authorization has no token.', { hint: 'Send it as: authorization: Bearer TOKEN.' });
  }
  return { owner: typeof owner === 'string' ? parseOwner(owner) : undefined, token, address };
}

/** The members of a query, each of them once; throws `bad_usage`. */
export function readQuery(query: string): Readonly<Record<string, string>> {
  const members = [...new URLSearchParams(query)];
  const names = members.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InterceptError('bad_usage', `The query says ${JSON.stringify(twice.slice(0, 64))} twice.`);
  return Object.fromEntries(members);
}

/** A body, or why there is none to work with: a status of its own each. */
export type BodyReading = { readonly t: 'body'; readonly value: unknown } | { readonly t: 'too_large' } | { readonly t: 'wrong_type' };

/** Whether a body comes with the request. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Reads a body of JSON, as far as its bound. Throws `bad_usage` where it is none. Rejects with `canceled` when the connection breaks. */
export async function readBody(request: IncomingMessage): Promise<BodyReading> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json' || request.headers['content-encoding'] !== undefined) return { t: 'wrong_type' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > mostBytes) return { t: 'too_large' };
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new InterceptError('canceled', 'The caller left before the request was whole.', { cause });
  }
  try {
    return { t: 'body', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) as unknown };
  } catch (cause) {
    throw new InterceptError('bad_usage', 'The body is not JSON.', { cause });
  }
}
