import type { InterceptError, Pipe } from '@switchyard/contract';
import { until } from './until.ts';

/** One event of a pipe; data that arrives in several pieces is several events. */
export type PipeEvent =
  | { readonly t: 'data'; readonly bytes: Buffer }
  | { readonly t: 'end' }
  | { readonly t: 'drain' }
  | { readonly t: 'close'; readonly error: InterceptError | undefined };

/** What a pipe delivered so far, and waits for what it has yet to deliver. Every wait fails after 5 s. */
export interface PipeRecord {
  readonly pipe: Pipe;
  /** All events in order, also those that must not come (after a close). */
  readonly events: readonly PipeEvent[];
  readonly byteCount: number;
  /** All bytes so far. */
  bytes(): Buffer;
  count(t: PipeEvent['t']): number;
  /** Resolves with all bytes so far, once there are at least `count`. */
  untilBytes(count: number): Promise<Buffer>;
  untilEnd(): Promise<void>;
  /** Waits for the `count`-th drain (default the first). */
  untilDrain(count?: number): Promise<void>;
  /** Resolves with the error that `onClose` brought. */
  untilClose(): Promise<InterceptError | undefined>;
}

/** Attaches a handler that records everything. The pipe is resumed at once, unless `paused`. */
export function recordPipe(pipe: Pipe, options: { readonly paused?: boolean } = {}): PipeRecord {
  const events: PipeEvent[] = [];
  let byteCount = 0;
  const count = (t: PipeEvent['t']): number => events.filter((event) => event.t === t).length;
  const bytes = (): Buffer => Buffer.concat(events.flatMap((event) => (event.t === 'data' ? [event.bytes] : [])));
  pipe.attach({
    onData(data) {
      byteCount += data.length;
      events.push({ t: 'data', bytes: data });
    },
    onEnd: () => void events.push({ t: 'end' }),
    onDrain: () => void events.push({ t: 'drain' }),
    onClose: (error) => void events.push({ t: 'close', error }),
  });
  if (options.paused !== true) pipe.resume();

  return {
    pipe,
    events,
    get byteCount() {
      return byteCount;
    },
    bytes,
    count,
    async untilBytes(wanted) {
      await until(() => byteCount >= wanted, { about: `${wanted} bytes on a pipe` });
      return bytes();
    },
    async untilEnd() {
      await until(() => count('end') > 0, { about: 'the end of a half' });
    },
    async untilDrain(wanted = 1) {
      await until(() => count('drain') >= wanted, { about: `drain number ${wanted}` });
    },
    async untilClose() {
      await until(() => count('close') > 0, { about: 'the close of a pipe' });
      const close = events.find((event) => event.t === 'close');
      return close?.error;
    },
  };
}
