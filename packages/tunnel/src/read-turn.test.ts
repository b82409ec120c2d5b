import { expect, test } from 'vitest';
import { ReadTurn } from './read-turn.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('who used up the turn waits for the next one', async () => {
  const turn = new ReadTurn();
  let resumed = 0;
  const spend = (): boolean => turn.spend({ resume: () => resumed++ });
  expect(Array.from({ length: 63 }, spend)).not.toContain(false);
  expect([spend(), spend(), resumed]).toEqual([false, false, 0]);
  await nextTurn();
  expect([resumed, spend()]).toEqual([2, true]);
});

test('very many streams take their turns in order', async () => {
  const turn = new ReadTurn();
  const resumed: number[] = [];
  for (let spent = 0; spent < 63; spent++) turn.spend({ resume() {} });
  for (let stream = 0; stream < 150; stream++) turn.spend({ resume: () => resumed.push(stream) });
  const counts: number[] = [];
  for (let turns = 0; turns < 4; turns++) {
    await nextTurn();
    counts.push(resumed.length);
  }
  expect(counts).toEqual([64, 128, 150, 150]);
  expect(resumed).toEqual(resumed.toSorted((a, b) => a - b));
});
