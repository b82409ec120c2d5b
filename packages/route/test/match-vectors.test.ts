import { parseServiceName } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { checkMatch, createSnapshot, decide } from '../src/index.ts';
import { parseHead, toEvidence } from './head.ts';
import { headerVectors, otherVectors, targetVectors } from './vectors/match.ts';
import { createKeylessRule, createRule } from './world.ts';

test.each([...headerVectors, ...targetVectors, ...otherVectors])('$why', ({ match, met, unmet }) => {
  const keyless = createSnapshot([createKeylessRule('orders', 'ann', match)]).table(parseServiceName('orders'), 'http');
  const keyed = createSnapshot([createRule('orders', 'alice', { match: checkMatch(match) })]).table(parseServiceName('orders'), 'http');
  for (const [outcome, requests] of [
    ['routed', met],
    ['missed', unmet],
  ] as const) {
    for (const request of requests) {
      const head = parseHead(request);
      const withKey = { ...head, lines: [...head.lines, 'x-intercept-id: alice'] };
      expect([request, decide(keyless, toEvidence(head, keyless)).t]).toEqual([request, outcome === 'routed' ? 'routed' : 'baseline']);
      expect([request, decide(keyed, toEvidence(withKey, keyed))]).toMatchObject([
        request,
        outcome === 'routed' ? { t: 'routed', status: undefined } : { t: 'passing', status: 'not-matched' },
      ]);
    }
  }
});
