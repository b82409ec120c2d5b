import { InterceptError } from '@switchyard/contract';
import type { SessionEvent } from '@switchyard/tunnel';
import { expect, test } from 'vitest';
import { advanceUntil, createBench } from '../test/agent-bench.ts';
import { idOf, specOf } from '../test/fake-manager.ts';

test('what was renewed elsewhere is registered again for as long as it lives now', async () => {
  const { manager, open, clock, names, events } = createBench();
  const agent = await open();
  const expiresAt = new Date(clock.date().getTime() + 3_600_000);
  manager.notify({ t: 'intercept_renewed', id: idOf('orders'), expiresAt });
  expect(agent.intercepts[0]?.expiresAt).toEqual(expiresAt);
  expect(events.at(-1)).toMatchObject({ t: 'intercept_renewed', intercept: { id: idOf('orders'), expiresAt } });
  manager.lose();
  await advanceUntil(clock, () => names().filter((name) => name === 'connected').length === 2);
  const leftMs = (agent.intercepts[0]?.expiresAt.getTime() ?? 0) - clock.date().getTime();
  expect(leftMs).toBeGreaterThan(3_500_000);
});

test('what an intercept waits for is kept as it was said last, though that overtook the answer to the registration', async () => {
  const waiting = { accepted: true, reason: 'Preparing', message: 'The traffic is being led to the router.' };
  const { manager, open, events } = createBench((client) => ({
    ...client,
    async register(spec) {
      const info = await client.register(spec);
      manager.notify({ t: 'intercept_changed', intercept: { ...info, waiting } });
      return info;
    },
  }));
  const agent = await open();
  expect(agent.intercepts).toMatchObject([{ waiting }]);
  for (const info of agent.intercepts) manager.notify({ t: 'intercept_changed', intercept: { ...info, waiting: undefined } });
  expect(events.at(-1)).toMatchObject({ t: 'intercept_changed', intercept: { id: idOf('orders'), waiting: undefined } });
  expect(agent.intercepts).toMatchObject([{ waiting: undefined }]);
});

test('once an intercept went over to the next manager, what the old one says of it counts no more', async () => {
  const waiting = { accepted: true, reason: 'Preparing', message: 'As the old manager has it.' };
  let tellOld: ((event: SessionEvent) => void) | undefined;
  let clients = 0;
  const { manager, open, names, clock, events } = createBench((client) => {
    const isOld = clients++ === 0;
    return {
      ...client,
      onEvent(handler) {
        if (isOld) tellOld = handler;
        client.onEvent(handler);
      },
      async register(spec) {
        const info = await client.register(spec);
        // The first one is with the new manager by now, the second one is not.
        if (!isOld && spec.service === 'payments') {
          for (const each of agent.intercepts) tellOld?.({ t: 'intercept_changed', intercept: { ...each, waiting } });
        }
        return info;
      },
    };
  });
  const deliver = { host: '127.0.0.1', port: 1 };
  const agent = await open([
    { spec: specOf('orders'), deliver },
    { spec: specOf('payments'), deliver },
  ]);
  manager.notify({ t: 'draining' });
  await advanceUntil(clock, () => names().includes('moved'));
  expect(events.filter(({ t }) => t === 'intercept_changed')).toMatchObject([{ intercept: { id: idOf('payments') } }]);
  expect(agent.intercepts.map((each) => each.waiting)).toEqual([undefined, undefined]);
});

test('a move that fails halfway leaves the word to the manager that still serves', async () => {
  const waiting = { accepted: true, reason: 'Preparing', message: 'As the old manager has it.' };
  let clients = 0;
  let tellOld: ((event: SessionEvent) => void) | undefined;
  const { manager, open, clock } = createBench((client) => {
    const number = clients++;
    return {
      ...client,
      onEvent(handler) {
        if (number === 0) tellOld = handler;
        client.onEvent(handler);
      },
      async register(spec) {
        if (number > 0 && spec.service === 'payments') throw new InterceptError('service_unsupported', 'Not now.');
        return client.register(spec);
      },
    };
  });
  const deliver = { host: '127.0.0.1', port: 1 };
  const agent = await open([
    { spec: specOf('orders'), deliver },
    { spec: specOf('payments'), deliver },
  ]);
  manager.notify({ t: 'draining' });
  await advanceUntil(clock, () => manager.registered.length === 2 && manager.open === 1);
  for (const each of agent.intercepts) tellOld?.({ t: 'intercept_changed', intercept: { ...each, waiting } });
  expect(agent.intercepts).toMatchObject([{ waiting }, { waiting }]);
});
