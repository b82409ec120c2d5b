import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { callType, readCall } from './call-listener.ts';

test('a caller who leaves within a call is no fault of the manager, which its log would tell', async () => {
  const request = new IncomingMessage(new Socket());
  request.method = 'POST';
  request.headers['content-type'] = callType;
  request.headers['switchyard-owner-bin'] = Buffer.from('alice').toString('base64');
  request.push('a');
  const reading = readCall(request, '192.0.2.1');
  request.destroy(new Error('aborted'));
  await expect(reading).rejects.toMatchObject({ code: 'canceled' });
});
