import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { abortSocket } from './abort-socket.ts';
import { listen } from './listen.ts';

async function openPair(): Promise<{ near: Socket; far: Socket; close(): void }> {
  const server = createServer({ allowHalfOpen: true });
  const port = await listen(server, { host: '127.0.0.1', port: 0 }, 'The test');
  const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [near] = (await once(server, 'connection')) as [Socket];
  return {
    near,
    far,
    close() {
      far.destroy();
      near.destroy();
      server.close();
    },
  };
}

test('an open connection is reset', async () => {
  const pair = await openPair();
  const failed = once(pair.far, 'error');
  abortSocket(pair.near);
  expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
  pair.close();
});

test('a connection whose end waits behind unsent bytes closes all the same', async () => {
  const pair = await openPair();
  pair.far.pause();
  while (pair.near.write(Buffer.alloc(1024 * 1024)));
  pair.near.end();
  const closed = once(pair.near, 'close');
  abortSocket(pair.near);
  await closed;
  pair.close();
});

test('a connection whose end was asked for a moment ago closes all the same', async () => {
  const pair = await openPair();
  const closed = once(pair.near, 'close');
  pair.near.end('bye');
  abortSocket(pair.near);
  await closed;
  pair.close();
});
