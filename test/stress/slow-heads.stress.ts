import { expect, test } from 'vitest';
import { openCrowd } from './support/crowd.ts';
import { openStage } from './support/stage.ts';

test('a thousand clients that never finish their heads are told so, and nobody else notices', async () => {
  await using stage = await openStage({ withAlice: false });
  using slow = await openCrowd(stage.port, 1_000, 'GET / HTTP/1.1\r\nHost: orders\r\n');
  // A byte now and then does not prolong their time.
  const trickle = setInterval(() => slow.sendAll('x'), 1_000);
  const others = [];
  for (let round = 0; round < 5; round += 1) {
    using crowd = await openCrowd(stage.port, 100, 'GET / HTTP/1.1\r\nHost: orders\r\n\r\n');
    others.push(...(await Promise.all(crowd.answers)));
  }
  const answers = await Promise.all(slow.answers);
  clearInterval(trickle);
  expect(new Set(answers.map(({ status, errorCode }) => `${status} ${errorCode}`))).toEqual(new Set(['408 request_timeout']));
  expect(others.filter(({ origin }) => origin === 'baseline')).toHaveLength(500);
});
