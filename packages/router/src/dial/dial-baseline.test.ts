import { parseServiceName, type Dialer, type Target } from '@switchyard/contract';
import { createMemoryPipePair } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import type { Baseline } from '../baseline.ts';
import { dialBaseline } from './dial-baseline.ts';

const { signal } = new AbortController();

/** What is dialled for a client, and by which address it was picked. */
async function dialFor(clientAddress: string, address: { host: string; port: number } | undefined) {
  const dialled: Target[] = [];
  const asked: string[] = [];
  const dialer: Dialer = {
    dial: (target) => {
      dialled.push(target);
      return Promise.resolve(createMemoryPipePair()[0]);
    },
  };
  const baseline: Baseline = (client) => {
    asked.push(client);
    return address;
  };
  await dialBaseline({ service: parseServiceName('orders'), port: 'http', baseline, dialer }, clientAddress, signal);
  return { dialled, asked };
}

test('the baseline is picked for the client', async () => {
  const address = { host: '10.9.9.9', port: 80 };
  expect(await dialFor('10.1.2.3', address)).toEqual({ dialled: [{ t: 'baseline', ...address }], asked: ['10.1.2.3'] });
});

test('nobody that is ready, or a client that is gone, is a failure that says so', async () => {
  await expect(dialFor('10.1.2.3', undefined)).rejects.toMatchObject({
    code: 'upstream_unreachable',
    message: 'No ready pod is behind the port http of orders.',
  });
  await expect(dialFor('', { host: '10.9.9.9', port: 80 })).rejects.toMatchObject({ code: 'canceled' });
});
