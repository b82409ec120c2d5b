import { InterceptError, type Pipe, type PipeHandler, type Timer } from '@switchyard/contract';
import type { PortContext } from './port-context.ts';

/**
 * Ends a pipe in order and sees it off: what still comes is dropped. A peer that has taken all that was sent and does not end
 * its half is reset after `lingerMs`; one that does not even take it, after `idleMs`.
 */
export function farewell(pipe: Pipe, context: Pick<PortContext, 'clock' | 'limits'>): void {
  pipe.attach(new Farewell(pipe, context));
  pipe.end();
  pipe.resume();
}

class Farewell implements PipeHandler {
  readonly #pipe: Pipe;
  readonly #context: Pick<PortContext, 'clock' | 'limits'>;
  readonly #began: number;
  #timer: Timer;

  constructor(pipe: Pipe, context: Pick<PortContext, 'clock' | 'limits'>) {
    this.#pipe = pipe;
    this.#context = context;
    this.#began = context.clock.now();
    this.#timer = this.#startTimer();
  }

  onData(): void {}

  onEnd(): void {}

  onDrain(): void {}

  onClose(): void {
    this.#timer.cancel();
  }

  #startTimer(): Timer {
    const { clock, limits } = this.#context;
    const taken = this.#pipe.bufferedBytes === 0;
    return clock.after(limits.lingerMs, () => {
      if (taken || clock.now() - this.#began > limits.idleMs) {
        this.#pipe.reset(new InterceptError('canceled', 'The peer did not end the connection in time.'));
      } else this.#timer = this.#startTimer();
    });
  }
}
