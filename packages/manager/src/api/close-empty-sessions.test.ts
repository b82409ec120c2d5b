import type { InterceptError, InterceptId, InterceptInfo, InterceptSpec } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import type { Hello, ServerSession, SessionEvents } from '@switchyard/tunnel';
import { expect, test } from 'vitest';
import { closeEmptySessions } from './close-empty-sessions.ts';

async function openScene() {
  const clock = createFakeClock();
  const closed: string[] = [];
  let watched: ServerSession | undefined;
  const inner: SessionEvents = {
    onRegister: async ({ service }) => ({ id: service as string as InterceptId }) as InterceptInfo,
    onUnregister: async () => {},
    onRenew: async () => ({}) as InterceptInfo,
    onClose: () => {},
  };
  const accept = closeEmptySessions(clock, async (_hello, session) => {
    watched = session;
    return inner;
  });
  const session = { id: 's', remoteAddress: '', notify: () => {}, close: (error: InterceptError) => void closed.push(error.code) };
  const events = await accept({} as Hello, session as unknown as ServerSession);
  return {
    clock,
    closed,
    events,
    register: (id: string) => events.onRegister({ service: id } as unknown as InterceptSpec),
    end: (id: string) => watched?.notify({ t: 'intercept_ended', id: id as InterceptId, reason: 'right_lost' }),
  };
}

test('a session closes a second after the last of its intercepts was ended, and not before [manager.emptySessionMs]', async () => {
  const { clock, closed, register, end } = await openScene();
  await register('a');
  await register('b');
  end('a');
  clock.advance(5_000);
  expect(closed).toEqual([]);
  end('b');
  clock.advance(999);
  expect(closed).toEqual([]);
  clock.advance(1);
  expect(closed).toEqual(['intercept_not_found']);
});

test('a session stays that never had one, that has another by then, or that gave its own back', async () => {
  const { clock, closed, register, end, events } = await openScene();
  clock.advance(60_000);
  await register('a');
  end('a');
  await register('b');
  clock.advance(1_000);
  await events.onUnregister('b' as InterceptId);
  clock.advance(60_000);
  expect(closed).toEqual([]);
  events.onClose({ t: 'goodbye' });
  expect(clock.pending).toBe(0);
});
