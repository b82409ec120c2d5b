import { silentLog, type ServiceName } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { OpenPort } from './open-port.ts';

test('a port that cannot be opened when nobody wants it any more is not tried again', async () => {
  const clock = createFakeClock();
  const { promise: listening, reject } = Promise.withResolvers<number>();
  let listens = 0;
  let changes = 0;
  const port = new OpenPort({
    clock,
    log: silentLog,
    router: {
      listen: () => {
        listens++;
        return listening;
      },
      setBaseline: () => {},
      release: async () => 'gone',
    },
    host: '127.0.0.1',
    bindRetryMs: 1_000,
    releaseGraceMs: 1_000,
    onChange: () => changes++,
  });
  port.want({ service: 'orders' as ServiceName, port: 'http', routerPort: 10_000, protocol: 'auto', baseline: undefined });
  expect([listens, changes]).toEqual([1, 1]);
  port[Symbol.dispose]();
  reject(new Error('The port is taken.'));
  await new Promise(setImmediate);
  expect([clock.pending, listens, changes]).toEqual([0, 1, 1]);
});
