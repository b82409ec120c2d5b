import { createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { runtimeLimits } from './limits.ts';
import { listen } from './listen.ts';

const loopback = { host: '127.0.0.1', port: 0 };

test('the port that was taken is returned', async () => {
  await using server = createServer();
  const port = await listen(server, loopback, 'The test');
  expect(server.address()).toMatchObject({ port });
});

test('connections wait for a busy program [runtime.acceptQueue]', async () => {
  await using server = createServer();
  const asked = vi.spyOn(server, 'listen');
  await listen(server, loopback, 'The test');
  expect(asked.mock.calls[0]?.[0]).toMatchObject({ backlog: runtimeLimits.acceptQueue.value });
});

test('a port that is taken is named, with what to do', async () => {
  await using first = createServer();
  const port = await listen(first, loopback, 'The first');
  await expect(listen(createServer(), { host: '127.0.0.1', port }, 'orders:http')).rejects.toMatchObject({
    code: 'port_in_use',
    message: `orders:http cannot listen at 127.0.0.1:${port}: another program listens there already.`,
    hint: 'Stop that program, or change the address in the configuration.',
  });
});

test('an address of another machine is a mistake in the configuration', async () => {
  await expect(listen(createServer(), { host: '192.0.2.1', port: 0 }, 'The test')).rejects.toMatchObject({
    code: 'bad_config',
    message: 'The test cannot listen at 192.0.2.1:0: this machine has no such address.',
  });
});
