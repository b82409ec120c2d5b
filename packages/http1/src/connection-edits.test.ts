import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestHead, responseHead } from '../test/arbitraries.ts';
import { feedHead } from '../test/feed.ts';
import { planConnectionClose, planConnectionHygiene } from './connection-edits.ts';
import { editHead } from './edit-head.ts';
import { FieldNames } from './field-names.ts';
import { RequestHeadParser } from './request-head.ts';
import { ResponseHeadParser } from './response-head.ts';

const keptNames = new Set(['x-key', 'baggage']);

/** The field lines that are left of `lines`. */
function clean(lines: readonly string[], h2cUpgrade: string | undefined): string[] {
  const head = Buffer.from(['GET / HTTP/1.1', ...lines, '', ''].join('\r\n'), 'latin1');
  return editHead(head, planConnectionHygiene(head, { h2cUpgrade, keptNames })).toString('latin1').split('\r\n').slice(1, -2);
}

const nominations: readonly (readonly [before: readonly string[], after: readonly string[]])[] = [
  [['Connection: X-Key'], []],
  [['Connection: close, x-key'], ['Connection: close']],
  [['connection:baggage , keep-alive,,X-KEY'], ['connection: keep-alive']],
  [
    ['Connection: close', 'Connection: x-key', 'A: b'],
    ['Connection: close', 'A: b'],
  ],
  [['Connection: x-keys, te'], ['Connection: x-keys, te']],
  [['Connection: x-key, \xa0close'], ['Connection: \xa0close']],
];

test.each(nominations)('%j: a routing field is not nominated: %j', (before, after) => {
  expect(clean(before, undefined)).toEqual(after);
});

const upgrades: readonly (readonly [before: readonly string[], upgrade: string, after: readonly string[]])[] = [
  [['Upgrade: h2c', 'HTTP2-Settings: AA', 'Connection: Upgrade, HTTP2-Settings'], 'h2c', []],
  [['Connection: keep-alive, Upgrade, HTTP2-Settings', 'Upgrade: H2C'], 'h2c', ['Connection: keep-alive']],
  [['Upgrade: websocket, h2c', 'Connection: Upgrade'], 'websocket, h2c', ['Upgrade: websocket', 'Connection: Upgrade']],
  [['Upgrade: h2c', 'Upgrade: websocket', 'Connection: Upgrade'], 'h2c,websocket', ['Upgrade: websocket', 'Connection: Upgrade']],
  [['HTTP2-Settings: AA', 'Connection: close, HTTP2-Settings'], '', ['Connection: close']],
];

test.each(upgrades)('%j: h2c is not offered', (before, upgrade, after) => {
  expect(clean(before, upgrade)).toEqual(after);
});

test('what is cleaned offers no h2c and nominates no key; length and persistence stay', () => {
  const names = new FieldNames([]);
  const read = (bytes: Buffer): RequestHeadParser | undefined => {
    const parser = new RequestHeadParser(names);
    return feedHead(parser, bytes, []) === 'done' ? parser : undefined;
  };
  let cleaned = 0;
  fc.assert(
    fc.property(requestHead, (bytes) => {
      const before = read(bytes);
      if (before === undefined) return;
      const head = bytes.subarray(before.start, before.position);
      const offersH2c = before.framing.http2Settings || /(?:^|,)[ \t]*h2c[ \t]*(?:,|$)/.test(before.framing.upgrade);
      const edits = planConnectionHygiene(head, { h2cUpgrade: offersH2c ? before.framing.upgrade : undefined, keptNames });
      if (edits.length > 0) cleaned++;
      const after = read(editHead(head, edits));
      if (after === undefined) throw new Error('the edited head is not valid');
      expect(after.bodyBytes).toBe(before.bodyBytes);
      expect(after.framing.persists(after.minor)).toBe(before.framing.persists(before.minor));
      expect(after.framing.http2Settings).toBe(false);
      expect(after.framing.upgrade).not.toMatch(/(?:^|,)[ \t]*h2c[ \t]*(?:,|$)/);
      expect(after.framing.nominated?.filter((name) => keptNames.has(name)) ?? []).toEqual([]);
    }),
    { numRuns: 1500 },
  );
  expect(cleaned).toBeGreaterThan(30);
});

test('a response announces the end, whatever it said before; its length stays', () => {
  fc.assert(
    fc.property(responseHead, (bytes) => {
      const parser = new ResponseHeadParser();
      if (feedHead(parser, bytes, []) !== 'done') return;
      const head = bytes.subarray(0, parser.position);
      const edited = editHead(head, planConnectionClose(head));
      const after = new ResponseHeadParser();
      expect(feedHead(after, edited, [])).toBe('done');
      expect(after.framing.persists(after.minor)).toBe(false);
      expect(after.framing.connectionKeepAlive).toBe(false);
      expect([after.status, after.bodyBytes('GET')]).toEqual([parser.status, parser.bodyBytes('GET')]);
    }),
    { numRuns: 600 },
  );
});
