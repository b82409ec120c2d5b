import type { OriginRequest, RawClient, StrictOrigin, StrictResponse } from '@switchyard/testkit';
import { until } from '@switchyard/testkit';
import { expect } from 'vitest';
import { parseOutcome, type Expectation, type RequestVector, type Side } from './request-vector.ts';

/** Who answers what is asked on a connection that goes on: nothing of the vector may be left on it. */
const goesOn: readonly Side[] = ['baseline', 'alice'];

/** The three origins behind the router under test. */
export type Origins = Readonly<Record<Side, StrictOrigin>>;

/**
 * Sends `pieces`, which joined are the bytes of `vector`, over a fresh connection and checks all that its outcome says,
 * at both ends. `client` is not used afterwards.
 */
export async function judgeRequest(vector: RequestVector, pieces: readonly Buffer[], client: RawClient, origins: Origins): Promise<void> {
  const expectation = parseOutcome(vector.outcome);
  const sending = client.sendPieces(pieces);
  if (expectation.after.t === 'aborted') {
    await client.untilEnded();
    await sending;
  } else {
    const arrived = await readAnswers(expectation.reaches, client, origins);
    await sending;
    await judgeEnd(expectation, client);
    judgeBytes(vector, expectation, Buffer.concat(arrived.map(withoutHop)));
  }
  await client[Symbol.asyncDispose]();
  await untilIdle(origins);
  judgeCounts(expectation, origins);
}

/** Waits until no connection of an earlier client is left at any origin. */
export async function untilIdle(origins: Origins): Promise<void> {
  await until(() => Object.values(origins).every((origin) => origin.open === 0), { about: 'the origins to be left alone' });
}

async function readAnswers(reaches: readonly Side[], client: RawClient, origins: Origins): Promise<OriginRequest[]> {
  const arrived: OriginRequest[] = [];
  const taken = new Map<Side, number>();
  for (const side of reaches) {
    const index = taken.get(side) ?? 0;
    taken.set(side, index + 1);
    const request = await untilArrived(origins[side], index, client);
    arrived.push(request);
    judgeAnswer(await client.readResponse(request.method), request, side);
  }
  return arrived;
}

async function untilArrived(origin: StrictOrigin, index: number, client: RawClient): Promise<OriginRequest> {
  await until(() => origin.requests[index] !== undefined || client.ended !== undefined, { about: `request ${index} at ${origin.name}` });
  const request = origin.requests[index];
  if (request === undefined) {
    throw new Error(`request ${index} did not reach ${origin.name}; the client got ${JSON.stringify(client.unread.toString('latin1'))}`);
  }
  return request;
}

function judgeAnswer(response: StrictResponse, request: OriginRequest, side: Side): void {
  const text = `${side} ${request.method} ${request.target}\n`;
  const body = request.body.length > 0 ? request.body : Buffer.from(text, 'latin1');
  expect({ status: response.status, from: response.header('x-origin') }).toEqual({ status: 200, from: side });
  expect(response.body.equals(request.method === 'HEAD' ? Buffer.alloc(0) : body), 'the answer to another request came').toBe(true);
}

async function judgeEnd({ after }: Expectation, client: RawClient): Promise<void> {
  switch (after.t) {
    case 'open': {
      for (const side of goesOn) {
        const key = side === 'baseline' ? '' : `x-intercept-id: ${side}\r\n`;
        client.send(`GET /goes-on HTTP/1.1\r\nHost: orders\r\n${key}\r\n`);
        const response = await client.readResponse();
        expect(response.body.toString('latin1')).toBe(`${side} GET /goes-on\n`);
      }
      break;
    }
    case 'refused':
    case 'cut short': {
      const response = await client.readResponse();
      expect(response.status).toBe(after.status);
      expect(response.header('x-intercept-error'), 'who refused it').toBeDefined();
      await client.untilEnded();
      break;
    }
    case 'closed':
    case 'aborted':
      await client.untilEnded();
  }
  expect(client.unread.toString('latin1')).toBe('');
}

function judgeBytes(vector: RequestVector, { after }: Expectation, arrived: Buffer): void {
  const wanted = vector.arrives ?? (after.t === 'open' ? vector.send : vector.send.subarray(0, arrived.length));
  if (!arrived.equals(wanted)) expect(arrived.toString('latin1')).toBe(wanted.toString('latin1'));
}

/** Counted when all is over, so that nothing is forwarded late. */
function judgeCounts({ reaches, after }: Expectation, origins: Origins): void {
  for (const side of Object.keys(origins) as Side[]) {
    const origin = origins[side];
    const wanted = reaches.filter((name) => name === side).length + (after.t === 'open' && goesOn.includes(side) ? 1 : 0);
    // An abort may overtake what was on its way.
    if (after.t === 'aborted') expect(origin.requests.length, `requests at ${side}`).toBeLessThanOrEqual(wanted);
    else expect(origin.requests.length, `requests at ${side}`).toBe(wanted);
    expect(origin.violations, `violations at ${side}`).toEqual([]);
    const mayBeCut = after.t === 'cut short' || after.t === 'aborted';
    if (!mayBeCut) expect(origin.leftovers.map(String), `parts of requests at ${side}`).toEqual([]);
  }
}

/** A keyed request arrives with its hop counted, once; the vectors tell of everything else. */
function withoutHop({ raw, header }: OriginRequest): Buffer {
  const hops = header('x-intercept-hops');
  if (hops === undefined) return raw;
  expect(hops).toBe('1');
  const line = 'x-intercept-hops: 1\r\n';
  const at = raw.indexOf(line);
  return Buffer.concat([raw.subarray(0, at), raw.subarray(at + line.length)]);
}
