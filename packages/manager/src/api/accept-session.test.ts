import { silentLog, type SessionId } from '@switchyard/contract';
import type { Hello, ServerSession } from '@switchyard/tunnel';
import { expect, test, vi } from 'vitest';
import { createAcceptSession } from './accept-session.ts';

const hello: Hello = { instance: '0123456789abcdef', owner: 'alice', client: 'laptop', token: undefined, publicKey: undefined, version: 1 };

function createServerSession(id: string, remoteAddress = '127.0.0.1', close: ServerSession['close'] = () => {}): ServerSession {
  return {
    id: id as SessionId,
    remoteAddress,
    openPipe: () => Promise.reject(new Error('not used')),
    notify: () => {},
    close,
  };
}

test('an owner has as many sessions as are allowed, whoever else is there [manager.sessionsPerOwner]', async () => {
  const intercepts = { leave: vi.fn<() => void>(), lose: vi.fn<() => void>() };
  const accept = createAcceptSession({
    log: silentLog,
    identify: ({ owner }) => ({ owner }),
    intercepts: intercepts as never,
    sessionsPerOwner: 2,
  });
  const first = await accept(hello, createServerSession('one'));
  await accept(hello, createServerSession('two'));
  await expect(accept(hello, createServerSession('three'))).rejects.toMatchObject({
    code: 'limit_reached',
    message: 'alice has 2 sessions, and no more are allowed.',
    hint: expect.stringContaining('Stop an intercept'),
  });
  await accept({ ...hello, owner: 'bob' }, createServerSession('four'));
  first.onClose({ t: 'goodbye' });
  await accept(hello, createServerSession('five'));
  await expect(accept(hello, createServerSession('six'))).rejects.toMatchObject({ code: 'limit_reached' });
});

test('strangers make room for others, those first who are most at one address', async () => {
  const closed: string[] = [];
  const accept = createAcceptSession({
    log: silentLog,
    identify: () => ({ owner: 'nobody', isStranger: true }),
    intercepts: { leave: () => {}, lose: () => {} } as never,
    sessionsPerOwner: 3,
  });
  const open = async (id: string, address: string): Promise<unknown> =>
    accept(
      hello,
      createServerSession(id, address, ({ code }) => void closed.push(`${id} ${code}`)),
    );
  await open('laptop', '10.0.0.1');
  for (let session = 1; session <= 5; session++) await open(`flood-${session}`, '10.0.0.2');
  expect(closed).toEqual(['flood-1 limit_reached', 'flood-2 limit_reached', 'flood-3 limit_reached']);
});
