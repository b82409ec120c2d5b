import { test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { surviveNetworkChange } from '../support/network-change.ts';

checkLeaks();

test("nothing that is under way notices a change of the developer's network", async () => {
  await surviveNetworkChange(200);
});
