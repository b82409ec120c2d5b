import type { InterceptError, Pipe, PipeHandler, Timer } from '@switchyard/contract';
import type { detect, detectHttp } from './detect/detect.ts';
import { farewell } from './farewell.ts';
import { createLocalReply } from './http1/local-reply.ts';
import type { PortContext } from './port-context.ts';

/** What a client is turned away with, and by what it is told from those that do not speak HTTP. */
export interface TurnAwayOptions {
  readonly error: InterceptError;
  readonly detect: typeof detect | typeof detectHttp;
}

/**
 * Turns a client away for whom there is no room: one that speaks HTTP/1 gets an answer to its first request, any other, and one that says
 * nothing within `lingerMs`, is reset. Takes `pipe` over.
 */
export function turnAway(pipe: Pipe, context: PortContext, options: TurnAwayOptions): void {
  pipe.attach(new TurnedAway(pipe, context, options));
  pipe.resume();
}

class TurnedAway implements PipeHandler {
  readonly #pipe: Pipe;
  readonly #context: PortContext;
  readonly #options: TurnAwayOptions;
  readonly #timer: Timer;

  constructor(pipe: Pipe, context: PortContext, options: TurnAwayOptions) {
    this.#pipe = pipe;
    this.#context = context;
    this.#options = options;
    this.#timer = context.clock.after(context.limits.lingerMs, () => pipe.reset(options.error));
  }

  onData(bytes: Buffer): void {
    const { error, detect } = this.#options;
    this.#timer.cancel();
    // One piece is enough for whoever meant well; who sends single bytes is not waited for.
    if (detect(bytes) !== 'http1') return this.#pipe.reset(error);
    const method = bytes.toString('latin1', 0, 5) === 'HEAD ' ? 'HEAD' : 'GET';
    this.#pipe.write(createLocalReply(error, { requestId: this.#context.nextRequestId(), method, closes: true }));
    farewell(this.#pipe, this.#context);
  }

  onEnd(): void {
    this.#pipe.reset(this.#options.error);
  }

  onDrain(): void {}

  onClose(): void {
    this.#timer.cancel();
  }
}
