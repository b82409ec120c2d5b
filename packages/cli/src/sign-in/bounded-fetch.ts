import type { CustomFetch } from 'openid-client';

/** `fetch`, with answers of at most `mostBytes`: who answers may be anybody. */
export function createBoundedFetch(mostBytes: number): CustomFetch {
  return async (url, { body, signal, ...options }) => {
    const response = await fetch(url, { ...options, body: body ?? null, signal: signal ?? null });
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(await readWhole(response.body, mostBytes), { status, statusText, headers });
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
