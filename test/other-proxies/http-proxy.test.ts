// Why http-proxy carries no traffic of ours: docs/decisions/001-http-proxy-carries-no-traffic.md. All vectors: docs/other-proxies.md.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RequestVector } from '../vectors/request-vector.ts';
import { requestVectors } from '../vectors/requests/index.ts';
import { otherHttpProxy, otherHttpxy } from './node-proxies.ts';
import type { OtherProxy } from './other-proxy.ts';
import { openOrigins, type Origins, type ProxyVerdict } from './try-vector.ts';

let origins: Origins;
beforeAll(async () => {
  origins = await openOrigins();
});
afterAll(() => origins[Symbol.asyncDispose]());

function findVector(name: string): RequestVector {
  const vector = Object.values(requestVectors)
    .flat()
    .find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`there is no vector "${name}"`);
  return vector;
}

async function tryProxy(proxy: OtherProxy, name: string): Promise<ProxyVerdict> {
  await using open = await proxy.open(origins.ports);
  return await origins.tryVector(findVector(name), open.port);
}

const chunkedDelete = 'a chunked DELETE whose body is the hidden request is one request';

test.each([
  [chunkedDelete, /hidden request reaches baseline/],
  ['a OPTIONS with the hidden request in its chunks is one request', /hidden request reaches baseline/],
  ['the same with a key', /hidden request reaches alice/],
])('http-proxy 1.18.1 forwards one request as two: %s', async (name, why) => {
  expect(await tryProxy(otherHttpProxy, name)).toEqual({ t: 'wrong', why: expect.stringMatching(why) });
});

test.each(['two different Hosts', 'the key lines "x-intercept-id: alice\\r\\nx-intercept-id: bob"'])(
  'http-proxy 1.18.1 forwards what has two readings in one of them: %s',
  async (name) => {
    expect(await tryProxy(otherHttpProxy, name)).toEqual({ t: 'repaired' });
  },
);

test('httpxy 0.5.6 forwards the chunked DELETE as one request', async () => {
  expect(await tryProxy(otherHttpxy, chunkedDelete)).toEqual({ t: 'as we do' });
});
