import { InterceptError, silentLog, silentMetrics } from '@switchyard/contract';
import { createFakeClock, until } from '@switchyard/testkit';
import { openTunnelServer, type Hello, type ServerSession } from '@switchyard/tunnel';
import { expect, test } from 'vitest';
import { openAgent } from './agent.ts';
import { createAgentKey } from './index.ts';

test('an agent that comes back proves the same key', async () => {
  const clock = createFakeClock();
  const hellos: Hello[] = [];
  const sessions: ServerSession[] = [];
  const never = (): Promise<never> => Promise.reject(new InterceptError('internal', 'Not asked for.'));
  await using server = await openTunnelServer(
    { clock, log: silentLog, metrics: silentMetrics },
    {
      accept: async (hello, session) => {
        hellos.push(hello);
        sessions.push(session);
        return { onRegister: never, onRenew: never, onUnregister: never, onClose: () => {} };
      },
      proof: 'key',
      api: {} as never,
      listen: { host: '127.0.0.1', port: 0 },
    },
  );
  const keyPair = createAgentKey();
  await using agent = await openAgent(
    { clock, log: silentLog },
    {
      url: new URL(`http://127.0.0.1:${server.port}`),
      owner: 'alice',
      client: 'laptop',
      token: undefined,
      keyPair,
      intercepts: [],
      onEvent: () => {},
      signal: new AbortController().signal,
    },
  );
  sessions[0]?.close(new InterceptError('draining', 'The manager restarts.'));
  await until(() => {
    clock.advance(100);
    return hellos.length === 2;
  });
  expect(agent.intercepts).toEqual([]);
  expect(hellos.map(({ publicKey }) => publicKey)).toEqual([keyPair.publicKey, keyPair.publicKey]);
  expect(hellos[0]?.instance).toBe(hellos[1]?.instance);
});
