import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { toManagerUrl } from './values.ts';

test.each(['http://alice:secret@manager:7480', 'https://:secret@manager', 'http://alice:secret@manager/path'])(
  'a password in the address of a manager is refused, and not shown: %s',
  (text) => {
    let error: unknown;
    try {
      toManagerUrl(text);
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({ code: 'bad_usage' });
    expect(inspect(error)).not.toContain('secret');
  },
);
