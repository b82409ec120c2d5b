import { InterceptError, type Clock } from '@switchyard/contract';
import type { CustomFetch } from 'openid-client';

/** How long an answer may be, and may take. */
export interface FetchBounds {
  readonly mostBytes: number;
  readonly mostMs: number;
}

/** `fetch`, within bounds: who answers may be anybody. */
export function createBoundedFetch(clock: Clock, { mostBytes, mostMs }: FetchBounds): CustomFetch {
  return async (url, { body, signal, ...options }) => {
    const late = new AbortController();
    const deadline = clock.after(mostMs, () => late.abort(new InterceptError('upstream_timeout', 'it took too long')));
    const patience = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
    try {
      const response = await fetch(url, { ...options, body: body ?? null, signal: patience });
      if (response.body === null) return response;
      const { status, statusText, headers } = response;
      return new Response(await readWhole(response.body, mostBytes), { status, statusText, headers });
    } finally {
      deadline.cancel();
    }
  };
}

async function readWhole(body: ReadableStream<Uint8Array>, mostBytes: number): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`its answer has more than ${mostBytes} bytes`);
    chunks.push(Uint8Array.from(chunk));
  }
  return new Blob(chunks);
}
