import { expect, test } from 'vitest';
import { ReadTurn, type TurnTaker } from './read-turn.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const createTaker = (resume: () => void, unreadBytes = 0): TurnTaker => ({ resume, unreadBytes: () => unreadBytes });
const neverFlooded = (): never => {
  throw new Error('flooded');
};

test('who used up the turn waits for the next one', async () => {
  const turn = new ReadTurn(neverFlooded);
  let resumed = 0;
  const spend = (): boolean => turn.spend(createTaker(() => resumed++));
  expect(Array.from({ length: 63 }, spend)).not.toContain(false);
  expect([spend(), spend(), resumed]).toEqual([false, false, 0]);
  await nextTurn();
  expect([resumed, spend()]).toEqual([2, true]);
});

test('very many streams take their turns in order', async () => {
  const turn = new ReadTurn(neverFlooded);
  const resumed: number[] = [];
  for (let spent = 0; spent < 63; spent++) turn.spend(createTaker(() => {}));
  for (let stream = 0; stream < 150; stream++) turn.spend(createTaker(() => resumed.push(stream)));
  const counts: number[] = [];
  for (let turns = 0; turns < 4; turns++) {
    await nextTurn();
    counts.push(resumed.length);
  }
  expect(counts).toEqual([64, 128, 150, 150]);
  expect(resumed).toEqual(resumed.toSorted((a, b) => a - b));
});

test('a connection with too much unread is reported, however many streams it is on', async () => {
  let floods = 0;
  const turn = new ReadTurn(() => floods++);
  for (let spent = 0; spent < 63 + 128; spent++) turn.spend(createTaker(() => {}, 1024 * 1024));
  await nextTurn();
  expect(floods).toBe(0);
  turn.spend(createTaker(() => {}, 64 * 1024 * 1024));
  for (let spent = 0; spent < 62 + 2; spent++) turn.spend(createTaker(() => {}, 64 * 1024 * 1024));
  await nextTurn();
  expect(floods).toBe(1);
});
