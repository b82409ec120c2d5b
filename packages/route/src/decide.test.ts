import { parseServiceName } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyHead, latin1 } from '../test/arbitraries.ts';
import { applyCompletion, applyStrip, toEvidence, type Head } from '../test/head.ts';
import { createWorld } from '../test/world.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';

const snapshot = createWorld({ aliases: ['kubernetes-route-as', 'baggage:sd-*', 'tracestate:intercept'] });
const orders = snapshot.table(parseServiceName('orders'), 'http');
const edge = snapshot.table(parseServiceName('edge'), 'http');

const anyone = { method: 'GET', path: '/', clientAddress: '10.1.2.3' };

function decideHead(head: Head, table = orders): Decision {
  return decide(table, toEvidence(head, table));
}

test('every request without a key gets the same frozen decision', () => {
  const decision = decideHead({ lines: [], query: undefined });
  expect(Object.isFrozen(decision)).toBe(true);
  expect(decideHead({ lines: ['cookie: a=1'], query: 'a=1' })).toBe(decision);
  expect(decideHead({ lines: ['baggage: a=1'], query: '' }, edge)).toBe(decision);
});

test('no bytes make it throw', () => {
  const field = fc.record({ name: fc.oneof(fc.constantFrom(...snapshot.keyNames), latin1), value: latin1, line: fc.nat() });
  const evidence = fc
    .record({ fields: fc.array(field), query: fc.option(latin1, { nil: undefined }) })
    .map((some) => ({ ...anyone, ...some }));
  fc.assert(fc.property(evidence, (any) => [orders, edge].every((table) => decide(table, any).counts.length <= 2)));
});

test('the case of header names never matters', () => {
  fc.assert(
    fc.property(keyHead, (head) => {
      const lower = head.lines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()));
      const upper = head.lines.map((line) => line.replace(/^[^:]*/, (name) => name.toUpperCase()));
      expect(decideHead({ ...head, lines: upper })).toEqual(decideHead({ ...head, lines: lower }));
    }),
  );
});

test('a completed head is read as the same key, is complete, and keeps all that was in it', () => {
  let completed = 0;
  fc.assert(
    fc.property(keyHead, (head) => {
      const first = decideHead(head);
      if (first.t !== 'routed' && first.t !== 'passing') return;
      completed += 1;
      const next = applyCompletion(head, first.completion);
      expect(decideHead(next)).toEqual({
        ...first,
        setCookie: undefined,
        counts: expect.anything(),
        completion: { twin: undefined, baggage: undefined },
      });
      expect(withoutKey(next)).toEqual(withoutKey(head));
    }),
    { numRuns: 2000 },
  );
  expect(completed).toBeGreaterThan(100);
});

/** The members of all baggage lines but ours, byte for byte, and all other lines but the key's header. */
function withoutKey(head: Head): readonly string[] {
  const members = head.lines.flatMap((line) => (/^baggage:/i.test(line) ? line.slice('baggage:'.length).split(',') : []));
  const others = members
    .filter((member) => !/^[ \t]*intercept[ \t]*=/.test(member))
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''));
  return [...others.filter((member) => member !== ''), ...head.lines.filter((line) => !/^(baggage|x-intercept-id):/i.test(line))];
}

test('whatever reaches an untrusted service leaves it without a key', () => {
  const nothing = decideHead({ lines: [], query: undefined });
  let stripped = 0;
  fc.assert(
    fc.property(keyHead, (head) => {
      const decision = decideHead(head, edge);
      if (decision.t === 'stripped') stripped += 1;
      const left = decision.t === 'stripped' ? applyStrip(head, decision.strip) : head;
      expect([decision.t === 'stripped' ? nothing : decision, decideHead(left, edge), decideHead(left)]).toEqual([
        nothing,
        nothing,
        nothing,
      ]);
    }),
    { numRuns: 2000 },
  );
  expect(stripped).toBeGreaterThan(100);
});

test('a hostile list of the largest size is read in a moment', () => {
  for (const part of ['intercept,', 'intercept=,', ',', 'intercept=%', ' \t', 'intercept;', 'sd-']) {
    const value = part.repeat(65_536 / part.length);
    const fields = ['baggage', 'cookie', 'tracestate'].map((name, line) => ({ name, value: value.trim(), line }));
    const startedAt = performance.now();
    decide(orders, { ...anyone, fields, query: value });
    decide(edge, { ...anyone, fields, query: value });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  }
});
