import { expect, test } from 'vitest';
import { parseLoadResult } from './load.ts';

const good = `Running 2s test @ http://127.0.0.1:1/
  54321 requests in 2.00s, 10.00MB read
Requests/sec:  27160.50
Transfer/sec:      5.00MB
`;

test('reads what wrk prints', () => {
  expect(parseLoadResult(good)).toEqual({ requests: 54_321, requestsPerSecond: 27_160.5 });
});

test.each(['  Non-2xx or 3xx responses: 3\n', '  Socket errors: connect 0, read 2, write 0, timeout 0\n'])(
  'a failed request fails the run: %j',
  (line) => {
    expect(() => parseLoadResult(good.replace('Requests/sec', `${line}Requests/sec`))).toThrow(line.trim());
  },
);

test('refuses output that it does not know', () => {
  expect(() => parseLoadResult('unable to connect')).toThrow(/unable to connect/);
});
