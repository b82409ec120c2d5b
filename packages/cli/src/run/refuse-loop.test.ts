import { parseServiceName, type ServiceInfo } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { refuseLoop } from './refuse-loop.ts';

function routedAt(listen: string): readonly ServiceInfo[] {
  const port = { name: 'http', baseline: '127.0.0.1:1', protocol: 'http', notes: [] } as const;
  return [
    { name: parseServiceName('web'), ports: [{ ...port, listen: '127.0.0.1:18080' }] },
    { name: parseServiceName('orders'), ports: [{ ...port, listen }] },
  ];
}

const localManager = 'http://127.0.0.1:7480';

test.for<readonly [host: string, listen: string, manager: string]>([
  ['localhost', '127.0.0.1:18081', localManager],
  ['127.0.0.1', '127.0.0.1:18081', localManager],
  ['::1', '[::1]:18081', 'http://[::1]:7480'],
  ['localhost', '0.0.0.0:18081', 'https://localhost:7480'],
  ['127.0.0.1', '[::]:18081', localManager],
])('%s port 18081, where the manager listens at %s (%s), is refused', ([host, listen, manager]) => {
  const wanted = {
    code: 'bad_usage',
    message: expect.stringContaining('requests for orders'),
    hint: expect.stringContaining('own process'),
  };
  expect(() => refuseLoop({ host, port: 18_081 }, routedAt(listen), new URL(manager))).toThrow(expect.objectContaining(wanted));
});

test.for<readonly [about: string, host: string, listen: string, manager: string]>([
  ['another port', 'localhost', '127.0.0.1:18082', localManager],
  ['another machine is dialled', '10.0.0.7', '127.0.0.1:18081', localManager],
  ['the manager listens on another address', 'localhost', '10.0.0.7:18081', localManager],
  ['the manager is elsewhere', 'localhost', '127.0.0.1:18081', 'http://manager.example:7480'],
])('%s: no loop', ([, host, listen, manager]) => {
  expect(() => refuseLoop({ host, port: 18_081 }, routedAt(listen), new URL(manager))).not.toThrow();
});
