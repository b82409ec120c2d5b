import type { RequestVector } from './request-vector.ts';

const keyLines = 'x-intercept-id: alice\r\nbaggage: intercept=alice\r\n';
const hostLine = 'Host: orders\r\n';
const before = Buffer.from(`GET /before HTTP/1.1\r\n${hostLine}${keyLines}\r\n`);

/** The same bytes behind a request of alice on the same connection. */
export function behindAlice(vector: RequestVector): RequestVector {
  const { name, send, outcome, arrives } = vector;
  return {
    name,
    send: Buffer.concat([before, send]),
    outcome: `alice, ${outcome}`,
    ...(arrives === undefined ? {} : { arrives: Buffer.concat([before, arrives]) }),
  };
}

/** The same request with alice's key; undefined where the vector has a key of its own, or no plain Host line to put it behind. */
export function asAlice(vector: RequestVector): RequestVector | undefined {
  const { name, send, outcome, arrives } = vector;
  const text = send.toString('latin1');
  const at = text.indexOf(hostLine) + hostLine.length;
  if (at < hostLine.length || arrives !== undefined || /intercept|x-intercept|baggage|route-as/i.test(text)) return undefined;
  if (/\r\n\r\n|\n\n/.test(text.slice(2, at))) return undefined;
  return {
    name,
    send: Buffer.from(text.slice(0, at) + keyLines + text.slice(at), 'latin1'),
    outcome: outcome.replace('baseline', 'alice'),
  };
}
