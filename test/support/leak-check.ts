import { watchLeaks, type LeakWatch } from '@switchyard/testkit';
import { afterEach, beforeEach } from 'vitest';

/** Makes each test of the file fail that leaves a socket, a server, a process or a timer behind. Call it at the top. */
export function checkLeaks(): void {
  let watch: LeakWatch | undefined;
  beforeEach(() => {
    watch = watchLeaks();
  });
  afterEach(() => watch?.expectNone());
}
