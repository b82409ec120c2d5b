import { test } from 'vitest';
import { surviveNetworkChange } from '../support/network-change.ts';

test('nothing that is under way notices that the network was away for 5 s', async () => {
  await surviveNetworkChange(5_000);
});
