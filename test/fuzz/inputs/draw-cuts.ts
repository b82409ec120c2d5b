import type { Random } from '@switchyard/testkit';
import { upTo } from './chance.ts';

/** Where `length` bytes are cut: mostly nowhere, or at a few places; at times behind each byte. */
export function drawCuts(length: number, random: Random): number[] {
  if (length < 2 || random() < 0.5) return [];
  if (length < 400 && random() < 0.1) return Array.from({ length: length - 1 }, (_, index) => index + 1);
  const cuts = new Set(Array.from({ length: 1 + upTo(4, random) }, () => 1 + upTo(length - 1, random)));
  return [...cuts].toSorted((a, b) => a - b);
}
