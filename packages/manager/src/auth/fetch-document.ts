import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { InterceptError } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import { isLoopback } from '../config/loopback.ts';
import { fixedManagerLimits } from '../limits.ts';

const mostBytes = fixedManagerLimits.issuerDocumentBytes.value;

/**
 * The JSON at `url`, which must be of https; http only on this machine. `authority`: PEM of who signed the server's certificate, in the
 * place of the system's. Redirects are not followed. Rejects with `cluster_unavailable`, and as `signal`.
 */
export async function fetchDocument(url: string, authority: string | undefined, signal: AbortSignal): Promise<unknown> {
  const where = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe = where?.protocol === 'https:' || (where?.protocol === 'http:' && isLoopback(where.hostname));
  if (where === undefined || !isSafe) throw new InterceptError('cluster_unavailable', `${url} is no address of https.`);
  try {
    return JSON.parse(await readText(await send(where, authority, signal))) as unknown;
  } catch (reason) {
    if (signal.aborted) throw toAbortError(signal);
    const { message } = InterceptError.from(reason);
    throw new InterceptError('cluster_unavailable', `${url} could not be read: ${message}.`, { cause: reason });
  }
}

function send(url: URL, authority: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const options = { signal, headers: { accept: 'application/json' }, ...(authority === undefined ? {} : { ca: authority }) };
    request(url, options).once('response', resolve).once('error', reject).end();
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    if (response.statusCode !== 200) throw new Error(`it answers ${response.statusCode}`);
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks).toString();
}
