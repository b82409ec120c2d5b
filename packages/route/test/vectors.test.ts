import { parseServiceName } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { decide } from '../src/index.ts';
import { describe, parseHead, toEvidence } from './head.ts';
import { aliasVectors } from './vectors/aliases.ts';
import { baggageVectors, completionVectors } from './vectors/baggage.ts';
import { browserVectors } from './vectors/browser.ts';
import { nameVectors, plainVectors, twinVectors } from './vectors/header.ts';
import { livenessVectors } from './vectors/liveness.ts';
import { untrustedVectors } from './vectors/untrusted.ts';
import type { Vector } from './vectors/vector.ts';
import { createWorld } from './world.ts';

const vectors: readonly Vector[] = [
  ...plainVectors,
  ...baggageVectors,
  ...completionVectors,
  ...twinVectors,
  ...livenessVectors,
  ...nameVectors,
  ...aliasVectors,
  ...browserVectors,
  ...untrustedVectors,
];

test.each(vectors)('rule $why', ({ send, outcome, at = 'orders', aliases }) => {
  const snapshot = createWorld(aliases === undefined ? {} : { aliases });
  const head = parseHead(send);
  const table = snapshot.table(parseServiceName(at), 'http');
  const decision = decide(table, toEvidence(head, table));
  expect(describe(decision, head)).toEqual(outcome);
});
