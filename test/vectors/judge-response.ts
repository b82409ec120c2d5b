import { parseStrictResponse, type RawClient } from '@switchyard/testkit';
import { expect } from 'vitest';
import type { ResponseVector } from './response-vector.ts';

/** Asks over a fresh connection for the answer of `vector`, which the origin is set to send, and checks what comes. */
export async function judgeResponse(vector: ResponseVector, client: RawClient): Promise<void> {
  const method = vector.method ?? 'GET';
  const expected = vector.arrives ?? vector.answer;
  client.send(`${method} /vector HTTP/1.1\r\nHost: orders\r\n${vector.requestLines ?? ''}\r\n`);
  switch (vector.outcome) {
    case 'passed':
      expectSame(await client.readBytes(expected.length), expected);
      client.send('GET /goes-on HTTP/1.1\r\nHost: orders\r\n\r\n');
      expect((await client.readResponse()).body.toString()).toBe('baseline GET /goes-on\n');
      expect(client.unread.length).toBe(0);
      break;
    case 'passed, closed':
      expectSame(await client.readAll(), expected);
      break;
    case 'passed, aborted':
      await judgeAborted(method, expected, client);
      break;
    case 'refused 502':
      await judgeRefused(method, client);
      break;
    case 'closed':
      expect((await client.readAll()).toString('latin1')).toBe('');
  }
}

async function judgeRefused(method: string, client: RawClient): Promise<void> {
  const response = await client.readResponse(method);
  expect([response.status, response.header('x-intercept-error')]).toEqual([502, 'upstream_violation']);
  expect((await client.readAll()).toString('latin1')).toBe('');
}

/** Where the whole answer came at once, nothing has gone out yet, and a 502 is as honest as an abort. */
async function judgeAborted(method: string, expected: Buffer, client: RawClient): Promise<void> {
  const received = await client.readAll();
  if (received.toString('latin1').startsWith('HTTP/1.1 502 ')) return;
  expectSame(received, expected.subarray(0, received.length));
  let whole;
  try {
    whole = parseStrictResponse(received, method, client.ended === 'end');
  } catch {
    // What cannot be read is not taken for an answer either.
  }
  expect(whole, 'the client takes this for a whole answer').toBeUndefined();
}

function expectSame(received: Buffer, expected: Buffer): void {
  if (!received.equals(expected)) expect(received.toString('latin1')).toBe(expected.toString('latin1'));
}
