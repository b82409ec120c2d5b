import { openRawClient, openStrictOrigin } from '@switchyard/testkit';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFreePort, openProgram, type Program } from '../support/programs.ts';

/** Unlike everything else that is printed. */
const plant = (what: string): string => `planted${createHash('sha256').update(what).digest('hex').slice(0, 24)}`;

const secrets = {
  token: plant('token'),
  foreignToken: plant('foreign token'),
  header: plant('header'),
  authorization: plant('authorization'),
  cookie: plant('cookie'),
  path: plant('path'),
  query: plant('query'),
  body: plant('body'),
  baggage: plant('baggage'),
  answerHeader: plant('answer header'),
  answerBody: plant('answer body'),
  environment: plant('environment'),
};

/** A request that has a secret in each of its parts. */
function toRequest(key: string | undefined, more = ''): string {
  const lines = [
    `POST /orders/${secrets.path}?token=${secrets.query} HTTP/1.1`,
    'Host: orders',
    `Authorization: Bearer ${secrets.authorization}`,
    `Cookie: session=${secrets.cookie}`,
    `X-Secret: ${secrets.header}`,
    `Baggage: ${key === undefined ? '' : `intercept=${key},`}user=${secrets.baggage}`,
    `Content-Length: ${secrets.body.length}`,
  ];
  return `${lines.join('\r\n')}\r\n${more}\r\n${secrets.body}`;
}

const answer = `HTTP/1.1 200 OK\r\nX-Answer: ${secrets.answerHeader}\r\nContent-Length: ${secrets.answerBody.length}\r\n\r\n${secrets.answerBody}`;

interface Folder extends AsyncDisposable {
  write(name: string, text: string): Promise<string>;
}

async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'switchyard-secrets-'));
  return {
    async write(name, text) {
      await writeFile(join(path, name), text, { mode: 0o600 });
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

test(
  'a secret in a request, an answer, a token or the environment is in nothing that the programs print or tell',
  { timeout: 60_000 },
  async () => {
    await using folder = await openFolder();
    await using baseline = await openStrictOrigin({ name: 'baseline', answer: (_, connection) => connection.send(answer) });
    await using local = await openStrictOrigin({ name: 'alice', answer: (_, connection) => connection.send(answer) });
    // Its answers have two readings: they are refused, and why is said.
    const ambiguous = `HTTP/1.1 200 OK\r\nContent-Length: ${secrets.answerHeader}\r\nX-Answer: ${secrets.answerHeader}\r\n\r\n`;
    await using odd = await openStrictOrigin({ name: 'odd', answer: (_, connection) => connection.send(ambiguous) });
    const [api, health, port] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const file = await folder.write(
      'manager.yaml',
      JSON.stringify({
        apiVersion: 'switchyard.dev/v1',
        kind: 'Manager',
        listen: `127.0.0.1:${api}`,
        health: `127.0.0.1:${health}`,
        auth: { mode: 'token', users: [{ name: 'alice', token: `sha256:${createHash('sha256').update(secrets.token).digest('hex')}` }] },
        services: [{ name: 'orders', ports: [{ name: 'http', listen: `127.0.0.1:${port}`, origin: `127.0.0.1:${baseline.port}` }] }],
      }),
    );
    const tokens = await folder.write('token', secrets.token);
    await using manager = openProgram('packages/manager/src/main.ts', ['--config', file, '--log-format', 'json', '--log-level', 'debug']);
    await manager.untilPrinted('"event":"ready"');
    const env = { HOME: '/nonexistent', CANARY: secrets.environment };
    const intercept = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Program =>
      openProgram('packages/cli/src/main.ts', [...args, '--manager', `http://127.0.0.1:${api}`, '-v'], { ...env, ...more });

    await using run = intercept(['run', 'orders', '--key', 'alice', '--port', String(local.port), '--token-file', tokens]);
    await run.untilPrinted('ready:');
    await using broken = intercept(['run', 'orders', '--key', 'broken', '--port', String(odd.port), '--token-file', tokens]);
    await broken.untilPrinted('ready:');
    for (const key of [undefined, 'alice', 'broken', 'nobody']) {
      await using client = await openRawClient(port);
      client.send(toRequest(key));
      await client.readResponse();
    }
    for (const wrong of [
      `X-Bad : ${secrets.header}\r\n`,
      `Transfer-Encoding: ${secrets.header}\r\n`,
      `X-Folded: a\r\n ${secrets.header}\r\n`,
    ]) {
      await using client = await openRawClient(port);
      client.send(toRequest('alice', wrong));
      expect((await client.readResponse()).status).toBe(400);
    }
    const told: string[] = [];
    for (const [path, token] of [
      ['/api/v1/events', secrets.token],
      ['/api/v1/intercepts', secrets.token],
      ['/api/v1/services', secrets.token],
      ['/api/v1/services', secrets.foreignToken],
      [`/api/v1/intercepts/${secrets.path}x?y=${secrets.query}`, secrets.foreignToken],
    ]) {
      const response = await fetch(`http://127.0.0.1:${api}${path}`, { headers: { authorization: `Bearer ${token}` } });
      told.push(`${JSON.stringify([...response.headers])}${await response.text()}`);
    }
    told.push(await (await fetch(`http://127.0.0.1:${health}/metrics`)).text());
    await using refused = intercept(['list'], { INTERCEPT_TOKEN: secrets.foreignToken });
    await refused.untilPrinted('error');

    // The secrets did pass: else this test would prove nothing.
    expect(local.requests.map(({ target }) => target)).toEqual([`/orders/${secrets.path}?token=${secrets.query}`]);
    expect(told.join('')).toContain('intercept_created');
    const all = [manager.output, run.output, broken.output, refused.output, ...told].join('\n');
    expect(manager.output).toContain('"event":"intercept_started"');
    for (const [what, secret] of Object.entries(secrets)) {
      const [place] = all.split('\n').filter((line) => line.includes(secret.slice(0, 16)));
      expect(place, what).toBeUndefined();
    }
  },
);
