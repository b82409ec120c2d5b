import { connect } from 'node:http2';
import { createSystemClock } from '@switchyard/runtime';
import { openRawClient, openTestAuthority, type IssuedCertificate, type TestAuthority } from '@switchyard/testkit';
import { createAccess, openManagerClient } from '@switchyard/tunnel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDeveloper, openTestSystem } from '../support/test-system.ts';
import { isInstalled, kinds, openIngress } from './ingresses.ts';

let authority: TestAuthority;
let certificate: IssuedCertificate;
beforeAll(async () => {
  authority = await openTestAuthority();
  certificate = await authority.issue();
});
afterAll(() => authority[Symbol.asyncDispose]());

const pipesAtOnce = 40;

describe.for(kinds.flatMap((kind) => (['grpc', 'websocket'] as const).map((carrier) => ({ kind, carrier, name: kind.name }))))(
  '$name, $carrier',
  ({ kind, carrier, name }) => {
    test.skipIf(!isInstalled(kind))(`a session through ${name}, and what it carries`, async () => {
      await using system = await openTestSystem({ keys: [] });
      await using ingress = await openIngress(kind, authority, certificate, system.manager.apiPort);
      const { url } = ingress;
      const access = createAccess({ carrier, certificates: { ca: authority.ca } });
      await using api = openManagerClient({ url, access, owner: 'alice', token: undefined, clock: createSystemClock() });
      expect(await api.info()).toMatchObject({ auth: 'none' });

      await using alice = await openDeveloper(system.manager.apiPort, { key: 'alice', reach: { url, access } });
      const ask = async (path: string, body: Buffer): Promise<string | undefined> => {
        await using client = await openRawClient(system.port);
        client.send(`POST ${path} HTTP/1.1\r\nHost: orders\r\nX-Intercept-Id: alice\r\nContent-Length: ${body.length}\r\n\r\n`);
        client.send(body);
        const answer = await client.readResponse();
        // An origin gives the body back.
        return body.length === 0 || answer.body.equals(body) ? answer.header('x-origin') : 'another body';
      };
      const answers = await Promise.all(Array.from({ length: pipesAtOnce }, (_, index) => ask(`/${index}`, Buffer.alloc(50_000, index))));
      expect(answers).toEqual(Array.from({ length: pipesAtOnce }, () => 'alice'));
      expect(await ask('/big', Buffer.alloc(8 * 1024 * 1024, 1))).toBe('alice');

      await alice.agent.goodbye();
      expect(await ask('/gone', Buffer.alloc(0))).toBe('baseline');
    });
  },
);

describe.for(kinds)('$name', (kind) => {
  test.skipIf(!isInstalled(kind))('a program that comes by HTTP/2 gets the API over HTTP', async () => {
    await using system = await openTestSystem({ keys: [] });
    await using ingress = await openIngress(kind, authority, certificate, system.manager.apiPort);
    const session = connect(ingress.url.origin, { ca: authority.ca });
    try {
      const status = await new Promise((resolve, reject) => {
        const stream = session.request({ ':path': '/api/v1/manager' });
        stream.on('response', (headers) => resolve(headers[':status'])).on('error', reject);
      });
      expect(status).toBe(200);
    } finally {
      session.destroy();
    }
  });
});
