import type { LabelSelector } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { matchesLabels } from './label-selector.ts';

const labels = { app: 'web', tier: 'front' };

const vectors: readonly (readonly [selector: LabelSelector, matches: boolean])[] = [
  [{}, true],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'web', tier: 'back' } }, false],
  [{ matchLabels: { zone: 'a' } }, false],
  [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['api', 'web'] }] }, true],
  [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, false],
  [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
  [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
  [{ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
  [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
  [{ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
];

for (const [selector, matches] of vectors) {
  test(`${JSON.stringify(selector)} ${matches ? 'selects' : 'does not select'} the pod`, () => {
    expect(matchesLabels(selector, labels)).toBe(matches);
  });
}
