import { createRandom, type Random } from '@switchyard/testkit';
import { requestVectors } from '../../vectors/requests/index.ts';
import { responseVectors } from '../../vectors/responses/index.ts';
import type { FuzzCase } from '../case.ts';
import { pick, upTo } from './chance.ts';
import { drawCuts } from './draw-cuts.ts';
import { generateRequests, generateResponses } from './grammar.ts';
import { mutate } from './mutate.ts';

/** Longer vectors only cost time: what they are about is a limit. */
const longest = 2000;

const requests = Object.values(requestVectors)
  .flat()
  .map((vector) => vector.send)
  .filter((bytes) => bytes.length <= longest);
const responses = Object.values(responseVectors)
  .flat()
  .map((vector) => vector.answer)
  .filter((bytes) => bytes.length <= longest);

/** The case that a seed stands for: a vector or what the grammar gives, mostly changed, mostly in one piece. */
export function drawCase(seed: number): FuzzCase {
  const random = createRandom(seed);
  const kind = random() < 0.75 ? 'request' : 'response';
  const draw = (): Buffer => drawBytes(kind, random);
  const bytes = random() < 0.9 ? mutate(draw(), draw(), random) : draw();
  return { kind, bytes, cuts: drawCuts(bytes.length, random), methods: drawMethods(random) };
}

function drawBytes(kind: 'request' | 'response', random: Random): Buffer {
  if (random() < 0.5) return pick(kind === 'request' ? requests : responses, random);
  return Buffer.from(kind === 'request' ? generateRequests(random) : generateResponses(random), 'latin1');
}

function drawMethods(random: Random): string[] {
  return Array.from({ length: 1 + upTo(3, random) }, () => (random() < 0.2 ? 'HEAD' : 'GET'));
}
