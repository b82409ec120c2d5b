import { parseStrictResponse, until, type RawClient } from '@switchyard/testkit';
import { expect } from 'vitest';
import type { ResponseVector } from './response-vector.ts';

/** What asking needs to know besides the vector. */
export interface AskOptions {
  /** Field lines of the key, each with its CRLF; empty for the baseline. */
  readonly keyLines: string;
  /** Who answers what is asked afterwards. */
  readonly side: 'baseline' | 'alice';
  /** Resolves when no connection to that side is open. */
  readonly untilDropped: () => Promise<void>;
}

/** Asks over a fresh connection for the answer of `vector`, which the origin is set to send, and checks what comes. */
export async function judgeResponse(vector: ResponseVector, client: RawClient, options: AskOptions): Promise<void> {
  const { keyLines, side } = options;
  const method = vector.method ?? 'GET';
  const expected = vector.arrives ?? vector.answer;
  client.send(`${method} /vector HTTP/1.1\r\nHost: orders\r\n${keyLines}${vector.requestLines ?? ''}\r\n`);
  switch (vector.outcome) {
    case 'passed':
      expectSame(await readSame(expected, client), expected);
      await judgeGoesOn(client, options);
      break;
    case 'passed, rest dropped':
      expectSame(await readSame(expected, client), expected);
      await options.untilDropped();
      if (side === 'baseline') expectSame(await client.readAll(), Buffer.alloc(0));
      else await judgeGoesOn(client, options);
      break;
    case 'passed, closed':
      expectSame(withoutMarks(await client.readAll()), expected);
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

async function judgeGoesOn(client: RawClient, { keyLines, side }: AskOptions): Promise<void> {
  client.send(`GET /goes-on HTTP/1.1\r\nHost: orders\r\n${keyLines}\r\n`);
  expect((await client.readResponse()).body.toString()).toBe(`${side} GET /goes-on\n`);
  expect(client.unread.length).toBe(0);
}

async function judgeRefused(method: string, client: RawClient): Promise<void> {
  const response = await client.readResponse(method);
  expect([response.status, response.header('x-intercept-error')]).toEqual([502, 'upstream_violation']);
  expect((await client.readAll()).toString('latin1')).toBe('');
}

/** Where the whole answer came at once, nothing has gone out yet, and a 502 is as honest as an abort. */
async function judgeAborted(method: string, expected: Buffer, client: RawClient): Promise<void> {
  const received = withoutMarks(await client.readAll());
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

/** Takes `expected`, not counting the lines that the router adds to a keyed answer; at a difference, what came so far. */
async function readSame(expected: Buffer, client: RawClient): Promise<Buffer> {
  const isSame = (): boolean => withoutMarks(client.unread).equals(expected);
  await until(() => isSame() || client.ended !== undefined, { timeoutMs: 2000 }).catch(() => {});
  return withoutMarks(await client.readBytes(client.unread.length));
}

/** Without the router's marks on a keyed answer. */
function withoutMarks(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/X-Intercept-Served-By: [^\r]*\r\n(?:Vary: [^\r]*\r\n)?/g, ''), 'latin1');
}

function expectSame(received: Buffer, expected: Buffer): void {
  if (!received.equals(expected)) expect(received.toString('latin1')).toBe(expected.toString('latin1'));
}
