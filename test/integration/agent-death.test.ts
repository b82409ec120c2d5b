import { openRawClient, openStrictOrigin, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openProgram, type Program } from '../support/programs.ts';
import { openTestSystem } from '../support/test-system.ts';

checkLeaks();

const get = (path: string, key: string): string => `GET ${path} HTTP/1.1\r\nHost: orders\r\nx-intercept-id: ${key}\r\n\r\n`;

async function openAgentProgram(apiPort: number, key: string, localPort: number): Promise<Program> {
  const program = openProgram('test/support/agent-program.ts', [String(apiPort), key, String(localPort)]);
  await program.untilPrinted('connected');
  return program;
}

test(
  'kill -9 of an agent: its request fails clearly when it does not come back, and held ones too; the baseline and other keys go on',
  { timeout: 30_000 },
  async () => {
    await using system = await openTestSystem({ keys: ['bob'], limits: { holdMs: 1500 } });
    await using local = await openStrictOrigin({ name: 'alice', answer: () => {} });
    await using agent = await openAgentProgram(system.manager.apiPort, 'alice', local.port);
    await using client = await openRawClient(system.port);
    await using late = await openRawClient(system.port);
    await using bystander = await openRawClient(system.port);
    client.send(get('/in-flight', 'alice'));
    await until(() => local.requests.length === 1);

    await agent.kill();
    const start = performance.now();
    late.send(get('/held', 'alice'));
    bystander.send(get('/1', 'bob'));
    expect((await bystander.readResponse()).header('x-origin')).toBe('bob');
    bystander.send('GET /2 HTTP/1.1\r\nHost: orders\r\n\r\n');
    expect((await bystander.readResponse()).header('x-origin')).toBe('baseline');
    expect(performance.now() - start).toBeLessThan(1000);
    const held = await late.readResponse();
    expect([held.status, held.header('x-intercept-error')]).toEqual([503, 'developer_offline']);
    expect(performance.now() - start).toBeGreaterThan(500);
    const lost = await client.readResponse();
    expect([lost.status, lost.header('x-intercept-error')]).toEqual([502, 'tunnel_lost']);
    expect(performance.now() - start).toBeLessThan(2500);

    const later = performance.now();
    client.send(get('/at-once', 'alice'));
    expect((await client.readResponse()).status).toBe(503);
    expect(performance.now() - later).toBeLessThan(500);
    expect(system.baseline.requests.map((request) => request.target)).toEqual(['/2']);
  },
);

test('a request that is held while the agent is started again is answered by it', { timeout: 30_000 }, async () => {
  await using system = await openTestSystem({ keys: [] });
  await using local = await openStrictOrigin({ name: 'alice' });
  await using first = await openAgentProgram(system.manager.apiPort, 'alice', local.port);
  await using client = await openRawClient(system.port);
  client.send(get('/1', 'alice'));
  expect((await client.readResponse()).body.toString()).toBe('alice GET /1\n');
  await first.kill();
  client.send(get('/2', 'alice'));
  await using _second = await openAgentProgram(system.manager.apiPort, 'alice', local.port);
  expect((await client.readResponse()).body.toString()).toBe('alice GET /2\n');
});
