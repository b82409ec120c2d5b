import { pipeCompliance, watchLeaks } from '@switchyard/testkit';
import { openTunnel } from './manager.ts';

pipeCompliance('grpc pipe', async () => {
  const leaks = watchLeaks();
  const tunnel = await openTunnel();
  const { near, far } = await tunnel.open();
  return {
    a: near,
    b: far,
    async close() {
      await tunnel[Symbol.asyncDispose]();
      await leaks.expectNone();
    },
  };
});
