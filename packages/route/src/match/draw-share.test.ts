import { parseRoutingKey } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { method, percent } from '../../test/conditions.ts';
import { createKeylessRule, createRule } from '../../test/world.ts';
import type { Evidence } from '../evidence.ts';
import { compileMatch, meets } from './compile-match.ts';
import { drawShare } from './draw-share.ts';

const rule = createKeylessRule('orders', 'ann', [[percent(50)]]);

function from(clientAddress: string, cookie?: string): Evidence {
  const fields = cookie === undefined ? [] : [{ name: 'cookie', value: cookie, line: 0 }];
  return { method: 'GET', path: '/', query: undefined, fields, clientAddress };
}

const callers = Array.from({ length: 20_000 }, (_, index) => from(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`));

/** Who is in a share of `size` percent. */
function inShare(size: number, of = rule): ReadonlySet<Evidence> {
  const [alternative] = compileMatch([[percent(size)]]);
  return new Set(callers.filter((caller) => alternative !== undefined && meets(alternative, caller, of, undefined)));
}

test.each([0.01, 1, 10, 50, 99])('a share of %d %% is that, within four standard deviations', (size) => {
  const expected = (callers.length * size) / 100;
  const deviation = Math.sqrt(expected * (1 - size / 100));
  expect(Math.abs(inShare(size).size - expected)).toBeLessThan(4 * deviation + 1);
});

test('all are in the whole', () => {
  expect(inShare(100).size).toBe(callers.length);
});

test('a share that grows keeps who was in it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.nat(callers.length - 1),
      (one, other, at) => {
        const drawn = drawShare(rule, callers[at] ?? from(''), undefined);
        if (drawn < Math.min(one, other)) expect(drawn).toBeLessThan(Math.max(one, other));
        expect(drawn).toBeGreaterThanOrEqual(0);
        expect(drawn).toBeLessThan(100);
      },
    ),
  );
  const small = inShare(10);
  const larger = inShare(11);
  expect([...small].every((caller) => larger.has(caller))).toBe(true);
  expect(createKeylessRule('orders', 'ann', [[percent(11)]]).id).toBe(rule.id);
});

test('two rules draw independently', () => {
  const other = createKeylessRule('orders', 'ben', [[percent(50), method('GET')]]);
  const others = inShare(50, other);
  const both = [...inShare(50)].filter((caller) => others.has(caller)).length;
  expect(Math.abs(both - callers.length / 4)).toBeLessThan(4 * Math.sqrt(callers.length * 0.25 * 0.75));
});

test('the same in every process and for ever', () => {
  expect(drawShare(rule, from('10.1.2.3'), undefined)).toBeCloseTo(30.143710784614086, 9);
});

test('the key of a request decides, else the cookie, else the address', () => {
  const key = parseRoutingKey('dave');
  const draw = (evidence: Evidence, by?: typeof key): number => drawShare(rule, evidence, by);
  expect(draw(from('10.0.0.1', 'intercept-sticky=a'), key)).toBe(draw(from('10.0.0.2'), key));
  expect(draw(from('10.0.0.1', 'x=1; intercept-sticky=a'))).toBe(draw(from('10.0.0.2', 'intercept-sticky=a; y=2')));
  expect(draw(from('10.0.0.1', 'x=1'))).toBe(draw(from('10.0.0.1')));
  const all = [
    draw(from('a')),
    draw(from('b')),
    draw(from('a', 'intercept-sticky=a')),
    draw(from('a', 'intercept-sticky=b')),
    draw(from('a'), key),
  ];
  expect(new Set(all).size).toBe(all.length);
});

test('a key that all requests of the rule carry decides nothing', () => {
  const keyed = createRule('orders', 'alice', { match: [[percent(50)]] });
  const draws = new Set(callers.slice(0, 100).map((caller) => drawShare(keyed, caller, parseRoutingKey('alice'))));
  expect(draws.size).toBe(100);
});
