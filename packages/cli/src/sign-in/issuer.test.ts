import { createFakeClock, openFakeIssuer, until } from '@switchyard/testkit';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openIssuer } from './issuer.ts';

test('a code is waited for at most 15 minutes, whatever its issuer says [cli.signInMs]', async () => {
  await using issuer = await openFakeIssuer();
  issuer.codeSeconds = 86_400;
  const clock = createFakeClock();
  const opened = await openIssuer(clock, { issuer: issuer.url, clientId: 'switchyard' });
  let lifetimeMs = 0;
  const signIn = opened.signIn([], (code) => void ({ lifetimeMs } = code), new AbortController().signal);
  signIn.catch(() => {});
  await until(() => lifetimeMs > 0);
  expect(lifetimeMs).toBe(900_000);
  clock.advance(900_000);
  await expect(signIn).rejects.toMatchObject({ code: 'not_signed_in', message: 'The code was not confirmed in time.' });
});

test('an issuer has 10 s for an answer [cli.issuerMs]', async () => {
  let asked = 0;
  const server = createServer(() => void asked++).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const clock = createFakeClock();
  const opening = openIssuer(clock, { issuer: `http://127.0.0.1:${port}`, clientId: 'switchyard' });
  opening.catch(() => {});
  await until(() => asked > 0);
  clock.advance(10_000);
  await expect(opening).rejects.toMatchObject({ code: 'upstream_unreachable', message: expect.stringContaining('it took too long') });
  expect(clock.pending).toBe(0);
  server.closeAllConnections();
  server.close();
});

test('what an issuer says drives no terminal: neither its code nor what of its answers cannot be read', async () => {
  await using issuer = await openFakeIssuer();
  const escape = '\u001B]0;owned\u0007';
  issuer.userCode = `WDJB${escape}`;
  const opened = await openIssuer(createFakeClock(), { issuer: issuer.url, clientId: 'switchyard' });
  const leave = new AbortController();
  const shown = Promise.withResolvers<string>();
  const signIn = opened.signIn([], ({ code }) => shown.resolve(code), leave.signal);
  expect(await shown.promise).toBe('WDJB ]0;owned ');
  leave.abort(new Error('enough'));
  await expect(signIn).rejects.toThrow('enough');
  await using broken = await openBrokenIssuer(escape);
  const asked = openIssuer(createFakeClock(), { issuer: broken.url, clientId: 'switchyard' });
  await expect(asked).rejects.toMatchObject({
    code: 'upstream_unreachable',
    message: expect.stringMatching(/^\P{C}*owned\P{C}*$/u) as string,
  });
});

test.for(['http://id.example', 'ftp://id.example', 'nonsense', ''])('%j is nowhere to sign in', async (issuer) => {
  await expect(openIssuer(createFakeClock(), { issuer, clientId: 'switchyard' })).rejects.toMatchObject({ code: 'bad_config' });
});

async function openBrokenIssuer(answer: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(answer));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
