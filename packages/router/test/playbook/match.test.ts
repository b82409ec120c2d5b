import type { Match } from '@switchyard/contract';
import { checkMatch } from '@switchyard/route';
import { expect, test } from 'vitest';
import { createKeylessRule, createRule, get, ok, Play, post, servedBy } from './play.ts';

const team: Match = [[{ t: 'header', name: 'X-Team', text: { t: 'exact', value: 'blue' } }]];
const carts: Match = [[{ t: 'path', text: { t: 'prefix', value: '/carts' } }]];
const blue = 'x-team: blue\r\n';
const keyVary = 'x-intercept-id, baggage, kubernetes-route-as, cookie';

/** As `ok`, as it reaches the client from the developer of a rule without a key. */
function servedByRule(body: string, vary = keyVary, more = ''): string {
  return ok(body, `${more}X-Intercept-Served-By: orders.http.match.aa@tunnel\r\nVary: ${vary}\r\n`);
}

test('each request of a connection is decided by itself, pipelined ones too', async () => {
  const play = await Play.begin();
  play.route([createKeylessRule(carts)]);
  await play.say(get('/carts/1') + get('/other') + get('/carts?a=1'));
  expect(play.target(0).take()).toBe(get('/carts/1'));
  await play.answer(0, ok('one'));
  expect(play.target(1).take()).toBe(get('/other'));
  await play.answer(1, ok('two'));
  expect(play.target(0).take()).toBe(get('/carts?a=1'));
  await play.answer(0, ok('three'));
  expect(play.dialled).toEqual(['match', 'baseline']);
  expect(play.client.take()).toBe(servedByRule('one') + ok('two') + servedByRule('three'));
  expect(play.counts.exchanges).toMatchObject({ routed: 2, baseline: 1 });
});

test('a rule that comes and goes is effective at the next request of an open connection', async () => {
  const play = await Play.begin();
  for (const [rules, target] of [
    [[], 0],
    [[createKeylessRule(team)], 1],
    [[], 0],
    [[createKeylessRule([[{ t: 'header', name: 'x-other', text: { t: 'present' } }]])], 0],
  ] as const) {
    play.route(rules);
    await play.say(get('/', undefined, blue));
    expect(play.target(target).take()).toBe(get('/', undefined, blue));
    await play.answer(target, ok('x'));
    play.client.take();
  }
  expect(play.dialled).toEqual(['baseline', 'match']);
});

test.each(['Host: orders', 'Cache-Control: no-cache', 'Content-Type: text/plain', 'Cookie: a=1'])(
  'headers that framing or keys read can be asked for too: %s',
  async (line) => {
    const [name = '', value = ''] = line.split(': ');
    const play = await Play.begin();
    play.route([createKeylessRule([[{ t: 'header', name, text: { t: 'exact', value } }]])]);
    await play.say(get('/', undefined, name === 'Host' ? '' : `${line}\r\n`));
    expect(play.dialled).toEqual(['match']);
  },
);

test('the answer names the headers that were looked at, and no others', async () => {
  const play = await Play.begin();
  play.route([createKeylessRule([...team, ...carts])]);
  await play.say(get('/carts'));
  await play.answer(0, ok('x'));
  expect(play.client.take()).toBe(servedByRule('x', `${keyVary}, x-team`));
});

test('a key whose intercept asks for more goes to the baseline, completed, and the answer says why', async () => {
  const play = await Play.begin();
  play.route([{ ...createRule('alice'), match: checkMatch(team) }]);
  await play.say(get('/1', undefined, 'x-intercept-id: alice\r\n') + get('/2', 'alice', blue));
  expect(play.target(0).take()).toBe(get('/1', undefined, 'x-intercept-id: alice\r\nbaggage: intercept=alice\r\n'));
  await play.answer(0, ok('one'));
  expect(play.target(1).take()).toBe(get('/2', 'alice', blue));
  await play.answer(1, ok('two'));
  const two = servedBy('alice', 'two').replace(keyVary, `${keyVary}, x-team`);
  expect(play.client.take()).toBe(ok('one', 'X-Intercept-Status: not-matched\r\n') + two);
});

test('who carries a key that leads nowhere is told so by whoever answers', async () => {
  const play = await Play.begin();
  play.route([createKeylessRule(carts)]);
  await play.say(get('/carts', 'dave'));
  await play.answer(0, ok('x'));
  expect(play.client.take()).toBe(servedByRule('x', keyVary, 'X-Intercept-Status: no-route\r\n'));
});

test('a WebSocket is decided by its upgrade request', async () => {
  const play = await Play.begin();
  play.route([createKeylessRule(team)]);
  const upgrade = get('/chat', undefined, `Connection: Upgrade, x-team\r\nUpgrade: websocket\r\n${blue}`);
  await play.say(upgrade);
  expect(play.target(0).take()).toBe(upgrade);
  await play.answer(0, 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await play.say(get('/other'));
  expect(play.target(0).take()).toBe(get('/other'));
  expect(play.dialled).toEqual(['match']);
});

test('a rule that leads back to its own service ends in 508', async () => {
  const play = await Play.begin();
  play.route([createKeylessRule(carts)]);
  await play.say(get('/carts', undefined, 'x-intercept-hops: 8\r\n'));
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 508 .*\r\n(?:.+\r\n)*X-Intercept-Error: loop_detected\r\n/);
  expect(play.dialled).toEqual([]);
});

test('the developer is away: as the rule says', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  play.route([createKeylessRule(carts, 'baseline')]);
  await play.say(post('/carts', 2) + 'hi');
  play.dial(0).fail('developer_offline');
  await play.settle();
  play.dial(1).accept();
  await play.settle();
  await play.answer(0, ok('x'));
  expect(play.dialled).toEqual(['match', 'baseline']);
  expect(play.client.take()).toBe(ok('x', 'X-Intercept-Status: fell-back\r\n'));
});
