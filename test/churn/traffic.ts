import type { Random } from '@switchyard/testkit';
import type { Question } from '../e2e/programs/question.ts';
import { pick } from './draw.ts';
import type { Life } from './ledger.ts';

/** Draws a request: most with a live key, some without, some with a key that means nothing there. */
export function drawQuestion(random: Random, services: readonly string[], lives: readonly Life[]): Omit<Question, 'id'> {
  const kept = random() < 0.5;
  const any = { service: pick(random, services) ?? '', kept };
  const life = pick(random, lives);
  const kind = random();
  if (kind < 0.3 || life === undefined) return { ...any, key: null };
  if (kind < 0.35) return { ...any, key: 'nobody' };
  if (kind < 0.4) return { ...any, key: life.key };
  return { service: life.service, key: life.key, kept };
}
