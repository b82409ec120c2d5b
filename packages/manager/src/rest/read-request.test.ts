import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { readBody } from './read-request.ts';

test('a caller who leaves within a request is no fault of the manager, which its log would tell', async () => {
  const request = new IncomingMessage(new Socket());
  request.headers['content-type'] = 'application/json';
  request.push('{');
  const reading = readBody(request);
  request.destroy(new Error('aborted'));
  await expect(reading).rejects.toMatchObject({ code: 'canceled' });
});
