import { toLimitValues, type InterceptId, type SessionId } from '@switchyard/contract';
import { createFakeClock, recordPipe } from '@switchyard/testkit';
import { encodeOpen, parseAgentFrame } from '@switchyard/wire';
import { expect, test } from 'vitest';
import { AgentEstate } from './agent-estate.ts';
import { AgentPipes } from './agent-pipes.ts';
import { grpcStatus } from './grpc/grpc-status.ts';
import { tunnelLimits } from './limits.ts';
import type { StreamHandler } from './message-stream.ts';

test('a pipe whose stream alone was lost gets another one after half a second [tunnel.carryAgainMs]', () => {
  const clock = createFakeClock();
  const streams: { readonly handler: StreamHandler; readonly sent: Buffer[] }[] = [];
  const pipes = new AgentPipes({
    clock,
    welcome: {
      t: 'welcome',
      session: 'one' as SessionId,
      secret: Buffer.alloc(32),
      version: 2,
      idlePipes: 1,
      maxIdlePipes: 1,
      maxPipes: 10,
      resumed: false,
    },
    maxPipes: 10,
    estate: new AgentEstate(clock, toLimitValues(tunnelLimits), 2),
    openStream(handler) {
      const sent: Buffer[] = [];
      streams.push({ handler, sent });
      return { send: (message) => sent.push(message) > 0, backlog: () => 0, finish: () => {}, cancel: () => {} };
    },
    onPipe: (_intercept, pipe) => void recordPipe(pipe),
    fail: (error) => expect.fail(error.message),
  });
  pipes.fill();
  streams[0]?.handler.onMessage(encodeOpen({ intercept: 'orders.http.alice' as InterceptId, windowBytes: 1_000 }));
  // The next idle one.
  expect(streams).toHaveLength(2);
  streams[0]?.handler.onClose({ code: grpcStatus.unavailable, details: 'The connection broke.' });
  clock.advance(499);
  expect(streams).toHaveLength(2);
  clock.advance(1);
  expect(streams).toHaveLength(3);
  const [first, again] = [streams[0], streams[2]].map((stream) => parseAgentFrame(stream?.sent[0] ?? Buffer.alloc(0)));
  expect(again).toMatchObject({ t: 'attach', pipe: first?.t === 'attach' ? first.pipe : -1, progress: { receivedBytes: 0, ended: false } });
});
