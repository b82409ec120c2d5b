import { isFound, type Found } from './until.ts';

/** Waits for conditions that can only change when something happens, without polling. */
export interface Waiter {
  /** Something happened: conditions are looked at again. */
  wake(): void;
  /** Resolves with the truthy value of `condition`; rejects after 5 s without one. */
  until<T>(condition: () => T, about: string): Promise<Found<T>>;
}

const timeoutMs = 5000;

/** A waiter on whose `wake` all waits of one object hang. */
export function createWaiter(): Waiter {
  let next = Promise.withResolvers<void>();
  const wake = (): void => {
    next.resolve();
    next = Promise.withResolvers<void>();
  };
  return {
    wake,
    async until(condition, about) {
      const first = condition();
      if (isFound(first)) return first;
      const deadline = { passed: false };
      const timer = setTimeout(() => {
        deadline.passed = true;
        wake();
      }, timeoutMs);
      try {
        while (!deadline.passed) {
          await next.promise;
          const value = condition();
          if (isFound(value)) return value;
        }
      } finally {
        clearTimeout(timer);
      }
      throw new Error(`gave up after ${timeoutMs} ms waiting for ${about}`);
    },
  };
}
