import { connect, constants } from 'node:http2';
import { expect, test } from 'vitest';
import { openManager } from './manager.ts';

/** The status of the answer, or the code by which the stream was reset. */
async function ask(path: string): Promise<{ readonly status: number | undefined } | { readonly reset: number | undefined }> {
  await using manager = await openManager();
  const session = connect(manager.url.origin);
  const stream = session.request({ ':path': path });
  try {
    return await new Promise((resolve) => {
      stream.on('response', ({ ':status': status }) => resolve({ status }));
      stream.on('error', () => resolve({ reset: stream.rstCode }));
    });
  } finally {
    session.destroy();
  }
}

test('who asks the API for programs by HTTP/2 is told to come by HTTP/1.1, and does so by itself', async () => {
  expect(await ask('/api/v1/services')).toEqual({ reset: constants.NGHTTP2_HTTP_1_1_REQUIRED });
});

test('nothing else but gRPC is answered by HTTP/2', async () => {
  expect(await ask('/')).toEqual({ status: 415 });
});
