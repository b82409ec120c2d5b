import { InterceptError, parseRoutingKey } from '@switchyard/contract';
import { createFakeClock, openFaultProxy, recordPipe, until, watchLeaks } from '@switchyard/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { carriers, intercept, openAgent, openManager, openTunnel, spec, theSession } from './manager.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

describe.each(carriers)('%s', (carrier) => {
  test('an agent registers, renews and gives back', async () => {
    await using tunnel = await openTunnel({ carrier });
    expect(await tunnel.agent.register(spec)).toMatchObject({ id: intercept, owner: 'alice' });
    expect(await tunnel.agent.renew(intercept, 60_000)).toMatchObject({ id: intercept });
    await tunnel.agent.unregister(intercept);
    expect(tunnel.manager.asked).toEqual(['register', 'renew 60000', 'unregister']);
  });

  test('what the manager refuses comes back with code, message and hint', async () => {
    await using tunnel = await openTunnel({ carrier });
    await expect(tunnel.agent.register({ ...spec, key: parseRoutingKey('taken') })).rejects.toMatchObject({
      code: 'route_conflict',
      message: 'bob holds this key.',
      hint: 'Choose another key.',
    });
  });

  test('a session holds as many intercepts as it may [tunnel.maxInterceptsPerSession]', async () => {
    await using tunnel = await openTunnel({ carrier, limits: { maxInterceptsPerSession: 2 } });
    const register = (name: string) => tunnel.agent.register({ ...spec, key: parseRoutingKey(name) });
    await register('one');
    await register('two');
    await expect(register('three')).rejects.toMatchObject({ code: 'limit_reached' });
    theSession(tunnel.manager).notify({ t: 'intercept_ended', id: 'orders.http.one' as never, reason: 'expired' });
    await register('three');
  });

  test('events reach the agent, also those before it listens', async () => {
    await using tunnel = await openTunnel({ carrier });
    theSession(tunnel.manager).notify({ t: 'expiry_warning', id: intercept, expiresAt: new Date(5_000) });
    await tunnel.agent.register(spec);
    const events: unknown[] = [];
    tunnel.agent.onEvent((event) => void events.push(event));
    tunnel.manager.server.drain();
    await until(() => events.length === 2);
    expect(events).toEqual([{ t: 'expiry_warning', id: intercept, expiresAt: new Date(5_000) }, { t: 'draining' }]);
    await expect(openAgent(tunnel.manager.url, { carrier })).rejects.toMatchObject({ code: 'draining' });
  });

  test('goodbye is told from a loss', async () => {
    await using tunnel = await openTunnel({ carrier });
    await tunnel.agent.goodbye();
    expect(await tunnel.agent.closed).toBeUndefined();
    await until(() => tunnel.manager.ends.length > 0);
    expect(tunnel.manager.ends).toEqual([{ t: 'goodbye' }]);
    await expect(tunnel.agent.register(spec)).rejects.toMatchObject({ code: 'tunnel_lost' });
    await expect(tunnel.open()).rejects.toMatchObject({ code: 'tunnel_lost' });
  });

  test('an agent that is killed is lost at once; what it carried waits for it to come back, and no longer than it may [tunnel.resumeMs]', async () => {
    const clock = createFakeClock();
    await using manager = await openManager({ clock });
    await using relay = await openFaultProxy(manager.server.port);
    const agent = await openAgent(new URL(`http://127.0.0.1:${relay.port}`), { carrier, clock });
    await agent.register(spec);
    const pipe = await theSession(manager).openPipe(intercept, AbortSignal.timeout(5_000));
    const atManager = recordPipe(pipe);
    const start = performance.now();
    relay.cut();
    await until(() => manager.ends.length > 0);
    expect(performance.now() - start).toBeLessThan(500);
    expect(manager.ends[0]).toMatchObject({ t: 'lost', error: { code: 'tunnel_lost' } });
    expect(await agent.closed).toMatchObject({ code: 'tunnel_lost' });
    clock.advance(9_999);
    expect(atManager.count('close')).toBe(0);
    clock.advance(1);
    expect(await atManager.untilClose()).toMatchObject({ code: 'tunnel_lost' });
    await agent[Symbol.asyncDispose]();
    await until(() => clock.pending === 0);
  });

  test('a manager that stops tells its agents, and leaves nothing open', async () => {
    const tunnel = await openTunnel({ carrier });
    const { near, far } = await tunnel.open();
    const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
    await tunnel.manager[Symbol.asyncDispose]();
    expect(await tunnel.agent.closed).toMatchObject({ code: 'draining' });
    expect(await atFar.untilClose()).toMatchObject({ code: 'tunnel_lost' });
    expect(await atNear.untilClose()).toMatchObject({ code: 'tunnel_lost' });
    await tunnel[Symbol.asyncDispose]();
  });

  test('the manager ends a session with a reason that the agent learns', async () => {
    await using tunnel = await openTunnel({ carrier });
    theSession(tunnel.manager).close(new InterceptError('not_allowed', 'The right was taken away.', { hint: 'Ask an administrator.' }));
    expect(await tunnel.agent.closed).toMatchObject({
      code: 'not_allowed',
      message: 'The right was taken away.',
      hint: 'Ask an administrator.',
    });
    await until(() => tunnel.manager.ends.length > 0);
  });

  test('silence of 15 s loses the session, at both ends [tunnel.deadMs]', async () => {
    const clock = createFakeClock();
    await using manager = await openManager({ clock });
    await using relay = await openFaultProxy(manager.server.port);
    const agent = await openAgent(new URL(`http://127.0.0.1:${relay.port}`), { carrier, clock });
    relay.set({ stalled: ['up', 'down'] });
    clock.advance(14_999);
    expect(manager.ends).toEqual([]);
    clock.advance(1);
    expect(await agent.closed).toMatchObject({ code: 'tunnel_lost', message: 'The manager said nothing for 15 s.' });
    await until(() => manager.ends.length > 0);
    expect(manager.ends[0]).toMatchObject({
      t: 'lost',
      error: { code: 'tunnel_lost', message: "The developer's agent said nothing for 15 s." },
    });
    await until(() => clock.pending === 0);
  });

  test('heartbeats keep a quiet session alive', async () => {
    const clock = createFakeClock();
    await using tunnel = await openTunnel({ carrier, clock });
    for (let beat = 0; beat < 8; beat++) {
      clock.advance(5_000);
      // A round trip: both heartbeats arrived before its answer.
      await tunnel.agent.register(spec);
      await tunnel.agent.unregister(intercept);
    }
    expect(tunnel.manager.ends).toEqual([]);
  });

  test.each([
    ['agent', { versions: { min: 1, max: 1 } }, {}],
    ['manager', {}, { versions: { min: 1, max: 1 } }],
  ] as const)(
    'where the %s speaks version 1, conditions are not asked for: they would be passed over',
    async (_, agentOptions, managerOptions) => {
      await using manager = await openManager(managerOptions);
      await using agent = await openAgent(manager.url, agentOptions);
      const match = [[{ t: 'method', method: 'GET' }]] as const;
      await expect(agent.register({ ...spec, match })).rejects.toMatchObject({ code: 'version_mismatch' });
      await expect(agent.register({ ...spec, key: undefined, match })).rejects.toMatchObject({ code: 'version_mismatch' });
      expect(manager.asked).toEqual([]);
      await agent.register({ ...spec, sharedWith: ['bob'], joins: true });
    },
  );

  test('conditions reach a manager of version 2 as they were', async () => {
    await using manager = await openManager();
    await using agent = await openAgent(manager.url, { carrier });
    const match = [[{ t: 'header', name: 'x-team', text: { t: 'regex', value: 'b.*' } }]] as const;
    expect(await agent.register({ ...spec, match, sharedWith: ['*'] })).toMatchObject({ match, sharedWith: ['*'], joins: false });
  });
});
