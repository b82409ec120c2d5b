import { InterceptError, type Pipe, type PipeHandler, type Timer } from '@switchyard/contract';
import type { PortContext } from '../port-context.ts';

/** Ends a pipe in order and sees it off: what still comes is dropped, and a peer that does not end its half is reset. */
export function farewell(pipe: Pipe, context: Pick<PortContext, 'clock' | 'limits'>): void {
  const timer = context.clock.after(context.limits.lingerMs, () => {
    pipe.reset(new InterceptError('canceled', 'The peer did not end the connection in time.'));
  });
  pipe.attach(new Farewell(timer));
  pipe.end();
  pipe.resume();
}

class Farewell implements PipeHandler {
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  onData(): void {}

  onEnd(): void {}

  onDrain(): void {}

  onClose(): void {
    this.#timer.cancel();
  }
}
