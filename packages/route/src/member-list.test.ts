import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latin1, nearList } from '../test/arbitraries.ts';
import {
  baggageSyntax,
  cookieSyntax,
  countMembers,
  decodePercent,
  findLastMember,
  removeMembers,
  tracestateSyntax,
} from './member-list.ts';

const own = { text: 'intercept', prefix: false };
const prefix = { text: 'sd-', prefix: true };

/** The rule, said with the standard library: the last pair of that name. */
function readNaively(list: string, properties: boolean): string | undefined {
  const pairs = list
    .split(',')
    .map((member) => /^[ \t]*([^=]*?)[ \t]*=[ \t]*(.*?)[ \t]*$/s.exec(properties ? (member.split(';')[0] ?? '') : member));
  return pairs.findLast((pair) => pair?.[1] === 'intercept')?.[2];
}

test.each([baggageSyntax, tracestateSyntax])('finds the value that the plain reading of the rule finds ($properties)', (syntax) => {
  fc.assert(
    fc.property(fc.oneof(nearList, latin1), (list) => {
      const found = findLastMember(list, syntax, own);
      expect(found?.text).toBe(readNaively(list, syntax.properties));
      expect(found && list.slice(found.start, found.end)).toBe(found?.text);
    }),
    { numRuns: 3000 },
  );
});

test('agrees with the expression that meshes use, where our member stands once', () => {
  let matched = 0;
  const mesh = /^(?:.*,)?[ \t]*intercept[ \t]*=[ \t]*alice[ \t]*(?:[;,].*)?$/s;
  const member = fc.constantFrom('intercept=alice', '\tintercept = alice ;p=1', 'intercept=alicex', 'Intercept=alice');
  const around = nearList.filter((list) => !list.includes('intercept'));
  const withMember = fc.tuple(around, member, around).map((parts) => parts.join(','));
  fc.assert(
    fc.property(fc.oneof(nearList, withMember), (list) => {
      fc.pre(list.split('intercept').length <= 2 && !list.includes('%'));
      const ours = findLastMember(list, baggageSyntax, own)?.text === 'alice';
      expect(ours).toBe(mesh.test(list));
      if (ours) matched += 1;
    }),
    { numRuns: 3000 },
  );
  expect(matched).toBeGreaterThan(50);
});

test('a prefix finds any member that begins so', () => {
  expect(findLastMember('sd-a=1,asd-b=2,x=sd-c=3', baggageSyntax, prefix)?.text).toBe('1');
  expect(findLastMember('sd-a;b=1', baggageSyntax, prefix)).toBeUndefined();
});

test('only baggage members have properties', () => {
  expect(findLastMember('intercept=a;b', tracestateSyntax, own)?.text).toBe('a;b');
  expect(findLastMember('intercept=a;b', cookieSyntax, own)?.text).toBe('a');
  expect(findLastMember('intercept=a;b', baggageSyntax, own)?.text).toBe('a');
});

test('removing keeps the bytes of all other members', () => {
  const isOwn = (name: string): boolean => name === 'intercept';
  expect(removeMembers('a=1 ,intercept=x,\tb=%zz', baggageSyntax, isOwn)).toBe('a=1 ,\tb=%zz');
  expect(removeMembers(' a=1 , ', baggageSyntax, isOwn)).toBe(' a=1 , ');
  expect(removeMembers('intercept=x, \u00a0=1', baggageSyntax, isOwn)).toBe('\u00a0=1');
  expect(removeMembers('intercept;p=1,%69ntercept=2,intercept', baggageSyntax, isOwn)).toBe('');
});

test('counts members that are not blank', () => {
  expect(countMembers('a=1, ,b,\t', baggageSyntax)).toBe(2);
  expect(countMembers('', baggageSyntax)).toBe(0);
});

test('percent-decoding takes escapes for bytes and leaves the rest', () => {
  expect(decodePercent('%61%6Cice%')).toBe('alice%');
  expect(decodePercent('%zz%4')).toBe('%zz%4');
  fc.assert(
    fc.property(
      latin1,
      (text) => decodePercent(text.replaceAll(/./gs, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)) === text,
    ),
  );
});
