import { expect, test } from 'vitest';
import { ask, openManager, openServer, pairs, runIntercept, startIntercept, type Version } from './programs.ts';

interface Scene extends AsyncDisposable {
  readonly port: number;
  readonly local: number;
  readonly env: Readonly<Record<string, string>>;
}

/** A manager alone, with the service `orders`, and a developer's process. */
async function openScene(manager: Version): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const baseline = stack.use(await openServer('baseline'));
  const local = stack.use(await openServer('mine'));
  const services = `services:\n  - { name: orders, ports: [{ name: http, listen: "127.0.0.1:0", origin: "127.0.0.1:${baseline.port}" }] }\n`;
  const running = stack.use(await openManager(manager, services, [], {}));
  const port = Number(/"service":"orders","port":"http","address":"127\.0\.0\.1:(\d+)"/.exec(running.log)?.[1]);
  const owned = stack.move();
  return { port, local: local.port, env: { INTERCEPT_MANAGER: running.url }, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

for (const [cli, manager] of pairs) {
  test(`intercept of ${cli.name} works with a manager of ${manager.name}`, async () => {
    await using scene = await openScene(manager);
    const { env, port, local } = scene;
    await using run = startIntercept(cli, ['run', 'orders', '--port', String(local), '--lifetime', '1h'], env);
    await run.says('ready:');
    expect([await ask(port, 'alice'), await ask(port)]).toEqual(['mine', 'baseline']);

    expect(await runIntercept(cli, ['list', '-o', 'json'], env)).toMatchObject({
      code: 0,
      output: expect.stringContaining('"id":"orders.http.alice"'),
    });
    expect(await runIntercept(cli, ['status', 'orders', '--quiet'], env)).toEqual({ code: 0, output: '' });
    expect(await runIntercept(cli, ['explain', 'orders', '--key', 'alice', '-o', 'json'], env)).toMatchObject({
      code: 0,
      output: expect.stringContaining('"routed"'),
    });
    expect(await runIntercept(cli, ['logs', '-o', 'ndjson'], env)).toMatchObject({
      code: 0,
      output: expect.stringContaining('intercept_created'),
    });
    expect(await runIntercept(cli, ['run', 'payments', '--port', String(local)], env)).toEqual({
      code: 3,
      output: expect.stringContaining('There is no service "payments" at this manager.'),
    });
    expect(
      await runIntercept(cli, ['run', 'orders', '--port', String(local), '--key', 'alice'], { ...env, INTERCEPT_USER: 'bob' }),
    ).toEqual({
      code: 5,
      output: expect.stringContaining('alice'),
    });

    expect(await runIntercept(cli, ['down'], env)).toMatchObject({ code: 0, output: 'removed orders (key alice)\n' });
    expect(await run.exited).toBe(3);
    expect(run.output).toContain('was removed');
    expect(await ask(port, 'alice')).toBe('baseline');
  });
}

test('what only this version can is refused by the version before in one sentence', async () => {
  const [, [cli, manager] = []] = pairs;
  if (cli === undefined || manager === undefined) throw new Error('There is no such pair.');
  await using scene = await openScene(manager);
  await using run = startIntercept(cli, ['run', 'orders', '--port', String(scene.local)], scene.env);
  await run.says('ready:');
  const { code, output } = await runIntercept(cli, ['renew', 'orders'], scene.env);
  expect(output).toMatch(
    /^error: The manager at 127\.0\.0\.1:\d+ is older than this program, and cannot do that\.\n {2}Ask the one who runs/,
  );
  expect(code).toBe(1);
  const login = await runIntercept(cli, ['login'], scene.env);
  expect(login.output).toContain('has nowhere to sign in');
});
