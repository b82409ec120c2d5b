import { connect } from 'node:http2';
import { until } from '@switchyard/testkit';
import { tunnelDefinition } from '@switchyard/wire';
import { expect, test } from 'vitest';
import { http2WindowBytes } from '../src/channel-options.ts';
import { openManager } from './manager.ts';

test('the manager widens the HTTP/2 windows of an agent’s connection', async () => {
  await using manager = await openManager();
  const session = connect(manager.url.origin);
  const stream = session.request({
    ':method': 'POST',
    ':path': tunnelDefinition.control.path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => {});
  await until(() => session.remoteSettings.initialWindowSize === http2WindowBytes);
  await until(() => session.state.remoteWindowSize === http2WindowBytes);
  expect(http2WindowBytes).toBeGreaterThan(8 * 1024 * 1024);
  session.destroy();
});
