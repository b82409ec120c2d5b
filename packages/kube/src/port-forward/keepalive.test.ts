import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { startKeepalive } from './keepalive.ts';

function start(isListening: () => boolean = () => true) {
  const clock = createFakeClock();
  const calls = { pings: 0, deaths: 0 };
  const keepalive = startKeepalive(
    clock,
    { pingMs: 5_000, deadMs: 15_000 },
    { ping: () => void calls.pings++, isListening, onDead: () => void calls.deaths++ },
  );
  return { clock, calls, keepalive };
}

test('silence is noticed after 15 s, whenever it began', () => {
  const { clock, calls, keepalive } = start();
  clock.advance(4_000);
  keepalive.heard();
  clock.advance(14_999);
  expect(calls).toEqual({ pings: 3, deaths: 0 });
  clock.advance(1);
  expect(calls.deaths).toBe(1);
  expect(clock.pending).toBe(0);
});

test('answers keep it alive, and stopping ends it', () => {
  const { clock, calls, keepalive } = start();
  for (let beat = 0; beat < 10; beat++) {
    clock.advance(5_000);
    keepalive.heard();
  }
  expect(calls).toEqual({ pings: 10, deaths: 0 });
  keepalive.stop();
  clock.advance(60_000);
  expect(calls.deaths).toBe(0);
  expect(clock.pending).toBe(0);
});

test('while nothing is read, silence means nothing', () => {
  let isListening = false;
  const { clock, calls } = start(() => isListening);
  clock.advance(60_000);
  expect(calls.deaths).toBe(0);
  isListening = true;
  clock.advance(14_999);
  expect(calls.deaths).toBe(0);
  clock.advance(1);
  expect(calls.deaths).toBe(1);
});
