import { expect, test } from 'vitest';
import { get, Play } from './play.ts';

test('a client that does not read the answers of the router gets no further ones, until it reads', async () => {
  const play = await Play.begin({ dials: 'waiting', limits: { unreadBytes: 1_000 } });
  play.client.pause();
  for (let count = 0; count < 100; count++) {
    await play.say(get(`/${count}`, 'alice'));
    play.dials.findLast(({ isOpen }) => isOpen)?.fail('developer_offline');
    await play.settle();
  }
  const answered = play.dials.length;
  expect(answered).toBeLessThan(30);
  play.client.resume();
  await play.settle();
  expect(play.dials.length).toBeGreaterThan(answered);
});

test('an interim response is no answer yet: a target that leaves after one is answered for', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, 'HTTP/1.1 103 Early Hints\r\n\r\n');
  play.target(0).reset('tunnel_lost');
  await play.settle();
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 103 Early Hints\r\n\r\nHTTP\/1\.1 502 Bad Gateway\r\n/);
  expect(play.client.left).toBe('no');
});
