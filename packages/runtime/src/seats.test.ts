import { expect, test } from 'vitest';
import { createSeats, type Seat } from './seats.ts';

function watched(count: number): { readonly lost: string[]; take(holder: string, title?: string): Seat } {
  const lost: string[] = [];
  const seats = createSeats(count);
  return { lost, take: (holder, title = holder) => seats.take(holder, () => void lost.push(title)) };
}

test('as long as there are seats nobody loses one', () => {
  const { lost, take } = watched(2);
  take('a').leave();
  take('a');
  take('b');
  expect(lost).toEqual([]);
});

test('whoever has most loses the oldest', () => {
  const { lost, take } = watched(3);
  take('b');
  take('a', 'a1');
  take('a', 'a2');
  take('c');
  expect(lost).toEqual(['a1']);
});

test('one who takes ever more only displaces itself', () => {
  const { lost, take } = watched(8);
  take('probe');
  for (let seat = 0; seat < 1_000; seat++) take('flood');
  take('probe');
  expect(lost).toHaveLength(994);
  expect(new Set(lost)).toEqual(new Set(['flood']));
});

test('a seat is left once, and one that was lost not at all', () => {
  const { lost, take } = watched(1);
  const first = take('a');
  const second = take('b');
  first.leave();
  take('c');
  expect(lost).toEqual(['a', 'b']);
  second.leave();
  second.leave();
  take('d');
  expect(lost).toEqual(['a', 'b', 'c']);
});
