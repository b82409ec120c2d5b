import { InterceptError, type SessionId } from '@switchyard/contract';
import { recordPipe, until, watchLeaks } from '@switchyard/testkit';
import type { ManagerMessage, ReceivedAgentMessage } from '@switchyard/wire';
import { expect, test } from 'vitest';
import { openFalseManager } from './false-manager.ts';
import { openAgent, openTunnel, spec } from './manager.ts';

const direct = { ...spec, directPort: 3000 };
const welcome: ManagerMessage = {
  t: 'welcome',
  session: 'one' as SessionId,
  secret: Buffer.alloc(32),
  version: 1,
  idlePipes: 16,
  maxIdlePipes: 64,
  maxPipes: 128,
  resumed: false,
};

function answer(message: ReceivedAgentMessage): readonly ManagerMessage[] {
  if (message.t === 'hello') return [welcome];
  if (message.t !== 'register') return [];
  return [{ t: 'reply', request: message.request, result: { t: 'failure', error: new InterceptError('internal', 'Never.') } }];
}

test('an agent whose intercepts are all direct opens no pipes that wait [tunnel.firstIdlePipes]', async () => {
  const leaks = watchLeaks();
  {
    using manager = await openFalseManager(answer);
    await using agent = await openAgent(manager.url);
    await expect(agent.register(direct)).rejects.toMatchObject({ code: 'internal' });
    await expect(agent.register(direct)).rejects.toMatchObject({ code: 'internal' });
    expect(manager.carries).toBe(0);
    await expect(agent.register(spec)).rejects.toMatchObject({ code: 'internal' });
    await until(() => manager.carries === 16);
  }
  await leaks.expectNone();
});

test('a manager that dials nobody still gets its pipes', async () => {
  await using tunnel = await openTunnel();
  await tunnel.agent.register(direct);
  const { near, far } = await tunnel.open();
  const record = recordPipe(far);
  recordPipe(near);
  near.write(Buffer.from('hello'));
  expect((await record.untilBytes(5)).toString()).toBe('hello');
});
