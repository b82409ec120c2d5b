import { openRawClient, until, type OriginConnection } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openSharedAddress } from '../support/shared-address.ts';
import { openDeveloper, openTestSystem } from '../support/test-system.ts';

checkLeaks();

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n`;

/** Asks again and again over connections that are kept as long as they may be, as every client does; gives who answered. */
async function askUntil(port: number, isOver: () => boolean): Promise<readonly string[]> {
  const answers: string[] = [];
  while (!isOver()) {
    await using client = await openRawClient(port);
    for (let asked = 0; client.ended === undefined && !isOver(); asked++) {
      client.send(get('/quick'));
      await until(() => client.unread.length > 0 || client.ended !== undefined);
      // A kept connection was closed before the request came (RFC 9112 section 9.3.1): it goes out again on another one.
      if (client.unread.length === 0 && client.ended === 'end' && asked > 0) break;
      const response = await client.readResponse();
      answers.push(`${response.status} ${response.header('x-origin')}`);
      if (response.header('connection') === 'close') break;
    }
  }
  return answers;
}

test('a manager that drains hands its developers over to the next one, and no request fails', { timeout: 20_000 }, async () => {
  await using first = await openTestSystem({ keys: [] });
  await using second = await openTestSystem({ keys: [] });
  await using managers = await openSharedAddress(first.manager.apiPort);
  await using services = await openSharedAddress(first.port);
  const slow: OriginConnection[] = [];
  await using developer = await openDeveloper(managers.port, {
    key: 'alice',
    behaviour: {
      answer(request, connection) {
        if (request.target === '/quick') connection.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-origin: alice\r\n\r\n');
        else if (slow.push(connection) === 2) connection.send('HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nfirst');
      },
    },
  });
  await using unanswered = await openRawClient(services.port);
  await using answering = await openRawClient(services.port);
  unanswered.send(get('/unanswered'));
  await until(() => slow.length === 1);
  answering.send(get('/answering'));
  await answering.readUntil('first');
  let over = false;
  const load = Promise.all(Array.from({ length: 4 }, () => askUntil(services.port, () => over)));
  await until(() => developer.origin.requests.length > 50);

  // No other manager answers yet: the agent asks the address again until one does.
  services.lead(undefined);
  const drained = first.manager.drain();
  await until(() => developer.events.some(({ t }) => t === 'draining'));
  expect(developer.events.some(({ t }) => t === 'moved')).toBe(false);
  managers.lead(second.manager.apiPort);
  await until(() => developer.events.some(({ t }) => t === 'moved'));
  const seen = developer.origin.requests.length;
  services.lead(second.port);
  await until(() => developer.origin.requests.length > seen + 50);
  over = true;
  const answers = (await load).flat();
  expect(new Set(answers)).toEqual(new Set(['200 alice']));

  slow[0]?.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  slow[1]?.send(' last!');
  expect((await unanswered.readResponse()).body.toString()).toBe('ok');
  expect((await answering.readBytes(6)).toString()).toBe(' last!');
  for (const client of [unanswered, answering]) client.destroy();
  await drained;
  expect(developer.events.map(({ t }) => t)).toEqual(['connected', 'draining', 'moved']);
  expect(first.baseline.requests.length + second.baseline.requests.length).toBe(0);
});
