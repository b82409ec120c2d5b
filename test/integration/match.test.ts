import type { Condition, Match, TextMatch } from '@switchyard/contract';
import { openRawClient, type RawClient } from '@switchyard/testkit';
import { describe, expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openDeveloper, openTestSystem, type TestSystem } from '../support/test-system.ts';

checkLeaks();

const allowed = { keyless: true, percent: true };
const key = 'x-intercept-id: alice';

/** Who answers, and what the answer says of the key. */
async function ask(client: RawClient, start: string, ...lines: readonly string[]): Promise<string> {
  client.send([`${start} HTTP/1.1`, 'Host: orders', ...lines, '', ''].join('\r\n'));
  const response = await client.readResponse(start.slice(0, start.indexOf(' ')));
  const status = response.header('x-intercept-status');
  return [response.body.toString().split(' ')[0], ...(status === undefined ? [] : [status])].join(' ');
}

function header(text: TextMatch): Condition {
  return { t: 'header', name: 'x-team', text };
}

interface Row {
  readonly about: string;
  readonly match: Match;
  readonly yes: readonly (readonly [string, ...string[]])[];
  readonly no: readonly (readonly [string, ...string[]])[];
}

const rows: readonly Row[] = [
  {
    about: 'a header, exactly: a dot is a dot, and any of its lines counts',
    match: [[header({ t: 'exact', value: 'blue.1' })]],
    yes: [
      ['GET /', 'X-Team: blue.1'],
      ['GET /', 'x-team: red', 'x-team: blue.1'],
    ],
    no: [['GET /'], ['GET /', 'x-team: blue-1'], ['GET /', 'x-team: Blue.1']],
  },
  {
    about: 'a header by its beginning',
    match: [[header({ t: 'prefix', value: 'blu' })]],
    yes: [['GET /', 'x-team: blue']],
    no: [['GET /', 'x-team: a blue']],
  },
  {
    about: 'a header by an expression, which means the whole of it',
    match: [[header({ t: 'regex', value: 'b[lr].+' })]],
    yes: [['GET /', 'x-team: brown']],
    no: [['GET /', 'x-team: a brown']],
  },
  { about: 'a header that is there', match: [[header({ t: 'present' })]], yes: [['GET /', 'x-team:']], no: [['GET /']] },
  {
    about: 'a path and all below it',
    match: [[{ t: 'path', text: { t: 'prefix', value: '/orders' } }]],
    yes: [['GET /orders'], ['GET /orders/1?a=b']],
    no: [['GET /orders2'], ['GET /']],
  },
  {
    about: 'a path alone',
    match: [[{ t: 'path', text: { t: 'exact', value: '/orders' } }]],
    yes: [['GET /orders?a']],
    no: [['GET /orders/']],
  },
  { about: 'a method', match: [[{ t: 'method', method: 'DELETE' }]], yes: [['DELETE /']], no: [['GET /']] },
  {
    about: 'a member of the query, decoded',
    match: [[{ t: 'query', name: 'user', text: { t: 'exact', value: 'a b' } }]],
    yes: [['GET /?user=a%20b'], ['GET /?user=c&user=a%20b']],
    no: [['GET /?user=ab'], ['GET /']],
  },
  {
    about: 'a cookie',
    match: [[{ t: 'cookie', name: 'canary', text: { t: 'present' } }]],
    yes: [['GET /', 'Cookie: a=b; canary=1']],
    no: [['GET /', 'Cookie: a=canary']],
  },
  { about: 'all of the requests, as a share', match: [[{ t: 'percent', percent: 100 }]], yes: [['GET /']], no: [] },
  {
    about: 'all of one alternative, any of several',
    match: [[header({ t: 'present' }), { t: 'method', method: 'PUT' }], [{ t: 'path', text: { t: 'prefix', value: '/b' } }]],
    yes: [['PUT /', 'x-team: 1'], ['GET /b']],
    no: [['PUT /'], ['GET /', 'x-team: 1']],
  },
];

/** Every row on one kept-alive connection to one manager: the rule comes and goes, the connection stays. */
async function tryRow(system: TestSystem, client: RawClient, { match, yes, no }: Row): Promise<void> {
  {
    await using developer = await openDeveloper(system.manager.apiPort, { key: 'alice', match });
    expect(developer.agent.intercepts[0]?.match).toEqual(match);
    for (const [start, ...lines] of yes) expect(await ask(client, start, key, ...lines), start).toBe('alice');
    for (const [start, ...lines] of no) expect(await ask(client, start, key, ...lines), start).toBe('baseline not-matched');
    for (const [start, ...lines] of yes) expect(await ask(client, start, ...lines), start).toBe('baseline');
  }
  expect(await ask(client, 'GET /', key)).toBe('baseline no-route');
  {
    await using _ = await openDeveloper(system.manager.apiPort, { key: 'alice', match, keyless: true });
    for (const [start, ...lines] of yes) expect(await ask(client, start, ...lines), start).toBe('alice');
    for (const [start, ...lines] of no) expect(await ask(client, start, ...lines), start).toBe('baseline');
  }
  expect(await ask(client, 'GET /', key)).toBe('baseline no-route');
}

test('every kind of condition chooses among real requests, with a key and without, on one connection that stays open', async () => {
  await using system = await openTestSystem({ keys: [], policy: allowed });
  await using client = await openRawClient(system.port);
  for (const row of rows) await tryRow(system, client, row);
});

describe('a change has effect on open connections as soon as it is made', () => {
  test('after `register` the next request is routed, after a goodbye it is not', async () => {
    await using system = await openTestSystem({ keys: [] });
    await using client = await openRawClient(system.port);
    for (let round = 0; round < 5; round++) {
      expect(await ask(client, 'GET /', key)).toBe('baseline no-route');
      const developer = await openDeveloper(system.manager.apiPort, { key: 'alice' });
      expect(await ask(client, 'GET /', key)).toBe('alice');
      await developer[Symbol.asyncDispose]();
    }
    expect(await ask(client, 'GET /', key)).toBe('baseline no-route');
  });

  test('another key beside it changes nothing for who is there', async () => {
    await using system = await openTestSystem({ keys: ['alice'] });
    await using client = await openRawClient(system.port);
    expect(await ask(client, 'GET /', key)).toBe('alice');
    {
      await using _ = await openDeveloper(system.manager.apiPort, { key: 'bob', match: [[{ t: 'method', method: 'PUT' }]] });
      expect(await ask(client, 'GET /', 'x-intercept-id: bob')).toBe('baseline not-matched');
      expect(await ask(client, 'PUT /', 'x-intercept-id: bob')).toBe('bob');
      expect(await ask(client, 'GET /', key)).toBe('alice');
    }
    expect(await ask(client, 'PUT /', 'x-intercept-id: bob')).toBe('baseline no-route');
  });
});

test('without the policy, what would take requests of others is refused before it takes any', async () => {
  await using system = await openTestSystem({ keys: [] });
  const { apiPort } = system.manager;
  const everywhere: Match = [[header({ t: 'present' })]];
  await expect(openDeveloper(apiPort, { key: 'alice', match: everywhere, keyless: true })).rejects.toMatchObject({
    code: 'not_allowed',
    hint: expect.stringContaining('policy: { keyless: true }'),
  });
  await expect(openDeveloper(apiPort, { key: 'alice', match: [[{ t: 'percent', percent: 1 }]] })).rejects.toMatchObject({
    code: 'not_allowed',
    hint: expect.stringContaining('policy: { percent: true }'),
  });
  await expect(openDeveloper(apiPort, { key: 'alice', match: [[header({ t: 'regex', value: '(' })]] })).rejects.toMatchObject({
    code: 'bad_usage',
  });
});
