import { parseServiceName, type Dialer, type SourceAddressForm, type Target } from '@switchyard/contract';
import { createSnapshot } from '@switchyard/route';
import { createMemoryPipePair, recordPipe } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import type { Baseline } from '../baseline.ts';
import { LiveRouting } from '../live-routing.ts';
import type { ConnectionEnds } from '../source-address/connection-ends.ts';
import { createProxyHeader } from '../source-address/proxy-header.ts';
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
  await dialBaseline({ ...toPlace('none'), baseline, dialer }, toEnds(clientAddress), signal);
  return { dialled, asked };
}

function toPlace(form: SourceAddressForm) {
  const place = { service: parseServiceName('orders'), port: 'http' } as const;
  const live = new LiveRouting();
  live.update(createSnapshot([], { sourceAddresses: new Map([[place.service, form]]) }));
  return { ...place, routing: live.of(place) };
}

function toEnds(clientAddress: string): ConnectionEnds {
  return { client: { host: clientAddress, port: 40_000 }, router: { host: '10.0.0.9', port: 18_080 } };
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

test('a baseline that is told by the PROXY protocol hears of the client first of all, and of no client that is gone', async () => {
  const baseline = { host: '10.9.9.9', port: 80 };
  const [near, far] = createMemoryPipePair();
  const heard = recordPipe(far);
  const context = { ...toPlace('proxy-protocol'), baseline, dialer: { dial: () => Promise.resolve(near) } };
  const pipe = await dialBaseline(context, toEnds('10.1.2.3'), signal);
  pipe.write(Buffer.from('hello'));
  await new Promise(setImmediate);
  expect(heard.bytes()).toEqual(Buffer.concat([createProxyHeader(toEnds('10.1.2.3')), Buffer.from('hello')]));
  await expect(dialBaseline(context, toEnds(''), signal)).rejects.toMatchObject({ code: 'canceled' });
});
