import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCaseFile } from './case-file.ts';
import { tryCase } from './fuzz.ts';
import { frame } from './subjects/framer.ts';
import { relay } from './subjects/relay.ts';

const folder = new URL('corpus/', import.meta.url);

// What was found once must not come back.
for (const name of readdirSync(folder)) {
  test(`${name}: all readers agree`, async () => {
    const { input } = await readCaseFile(new URL(name, folder).pathname);
    for (const subject of [frame, relay]) expect((await tryCase(subject, input)).why).toBeUndefined();
  });
}
