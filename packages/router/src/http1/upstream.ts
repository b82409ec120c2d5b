import { InterceptError, type Pipe, type PipeHandler } from '@switchyard/contract';
import { toBaseline, type Destination } from '../destination.ts';
import type { DialBaseline } from '../dial/dial-baseline.ts';
import { farewell } from '../farewell.ts';
import type { PortContext } from '../port-context.ts';
import type { UsageCell } from '../usage-book.ts';
import { ResponseReader, type ResponseSink } from './response-reader.ts';

/** What the owner of an upstream is told, besides its responses. */
export interface UpstreamOwner {
  readonly context: PortContext;
  readonly dialBaseline: DialBaseline;
  sinkOf(upstream: Upstream): ResponseSink;
  /** The target could not be dialled. Nothing was sent. */
  onDialFailed(upstream: Upstream, error: InterceptError): void;
  /** The target takes bytes again. */
  onUpstreamDrain(upstream: Upstream): void;
  /** The target ended its half, or the connection is gone. Called once more when it breaks after it ended its half. */
  onUpstreamLost(upstream: Upstream, error: InterceptError | undefined): void;
  onActivity(): void;
}

type State =
  | { readonly t: 'dialling'; readonly abort: AbortController; readonly pending: Buffer[] }
  | { readonly t: 'open'; readonly pipe: Pipe }
  /** The target ended its half; ours may still send. */
  | { readonly t: 'ended'; readonly pipe: Pipe }
  | { readonly t: 'closed' };

/** One connection to one target, on behalf of one client connection. What is written before it is open waits, in order. */
export class Upstream implements PipeHandler {
  readonly target: Destination;
  readonly reader: ResponseReader;
  /** A response came on this connection before: when it dies now, it was stale. */
  answered = false;
  /** When the last exchange on it ended, on the coarse clock. */
  idleSince = 0;
  readonly #owner: UpstreamOwner;
  #state: State;
  #endWanted = false;
  #paused = false;
  #lost = false;
  readonly #giveUse: () => void;
  /** Where what passes is counted; undefined for the baseline. */
  #usage: UsageCell | undefined;

  private constructor(target: Destination, owner: UpstreamOwner, state: State) {
    this.target = target;
    this.#owner = owner;
    this.#state = state;
    this.#giveUse = owner.context.targetUse.take(target);
    this.reader = new ResponseReader(owner.sinkOf(this));
  }

  /** Dials `target`; the outcome reaches the owner, never synchronously. */
  static dial(target: Destination, owner: UpstreamOwner): Upstream {
    const abort = new AbortController();
    const upstream = new Upstream(target, owner, { t: 'dialling', abort, pending: [] });
    const dialled = target.t === 'baseline' ? owner.dialBaseline(abort.signal) : owner.context.dialer.dial(target, abort.signal);
    dialled.then(
      (pipe) => upstream.#onOpen(pipe),
      (error: unknown) => upstream.#onDialFailed(error),
    );
    return upstream;
  }

  /** Takes over a connection to the baseline that is open already. */
  static adopt(owner: UpstreamOwner, pipe: Pipe): Upstream {
    const upstream = new Upstream(toBaseline, owner, { t: 'open', pipe });
    pipe.attach(upstream);
    pipe.resume();
    return upstream;
  }

  get isKeyed(): boolean {
    return this.target.t !== 'baseline';
  }

  get isClosed(): boolean {
    return this.#state.t === 'closed' || this.#lost;
  }

  /** The way to the target is broken and may come back. */
  get isInterrupted(): boolean {
    return this.#state.t === 'open' && this.#state.pipe.interrupted === true;
  }

  /** A request goes this way. */
  countRequest(): void {
    if (this.target.t === 'baseline') return;
    const { usage, coarseNow } = this.#owner.context;
    this.#usage = usage.cellOf(this.target.intercept);
    this.#usage.requests++;
    this.#usage.lastMs = coarseNow;
  }

  /** Sends bytes. False: hold further bytes until `onUpstreamDrain`. */
  write(bytes: Buffer): boolean {
    switch (this.#state.t) {
      case 'dialling':
        this.#state.pending.push(bytes);
        return false;
      case 'open':
      case 'ended':
        if (this.#usage !== undefined) this.#countIn(this.#usage, bytes);
        return this.#state.pipe.write(bytes);
      case 'closed':
        return true;
    }
  }

  /** Takes back what was written and not yet sent. Only while dialling or after the dial failed. */
  takePending(): Buffer[] {
    return this.#state.t === 'dialling' ? this.#state.pending.splice(0) : [];
  }

  end(): void {
    this.#endWanted = true;
    if (this.#state.t === 'open' || this.#state.t === 'ended') this.#state.pipe.end();
  }

  pause(): void {
    this.#paused = true;
    if (this.#state.t === 'open') this.#state.pipe.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#state.t === 'open') this.#state.pipe.resume();
  }

  /** Gives the connection up without a word to the owner: in order when nothing is outstanding on it, else by a reset. */
  release(error?: InterceptError): void {
    const state = this.#state;
    this.#close();
    this.#lost = true;
    this.reader.stop();
    if (state.t === 'dialling') state.abort.abort();
    else if (state.t === 'closed') return;
    else if (error === undefined) farewell(state.pipe, this.#owner.context);
    else state.pipe.reset(error);
  }

  onData(bytes: Buffer): void {
    this.#owner.onActivity();
    if (this.#usage !== undefined) this.#countOut(this.#usage, bytes);
    this.reader.feed(bytes);
  }

  onEnd(): void {
    if (this.#state.t !== 'open') return;
    this.#state = { t: 'ended', pipe: this.#state.pipe };
    this.#onLost(undefined);
  }

  onDrain(): void {
    this.#owner.onUpstreamDrain(this);
  }

  onClose(error?: InterceptError): void {
    const { t } = this.#state;
    if (t === 'closed') return;
    this.#close();
    if (t === 'ended' && error !== undefined) this.#owner.onUpstreamLost(this, error);
    else this.#onLost(error);
  }

  #countIn(usage: UsageCell, { length }: Buffer): void {
    usage.bytesIn += length;
    usage.lastMs = this.#owner.context.coarseNow;
  }

  #countOut(usage: UsageCell, { length }: Buffer): void {
    usage.bytesOut += length;
    usage.lastMs = this.#owner.context.coarseNow;
  }

  #onLost(error: InterceptError | undefined): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#owner.onUpstreamLost(this, error);
  }

  #onOpen(pipe: Pipe): void {
    if (this.#state.t !== 'dialling') {
      pipe.attach(discard);
      pipe.reset(new InterceptError('canceled', 'The client connection ended.'));
      return;
    }
    const pending = this.#state.pending;
    this.#state = { t: 'open', pipe };
    pipe.attach(this);
    let writable = true;
    for (const bytes of pending) writable = this.write(bytes);
    if (this.#endWanted) pipe.end();
    if (!this.#paused) pipe.resume();
    if (writable) this.#owner.onUpstreamDrain(this);
  }

  #onDialFailed(reason: unknown): void {
    if (this.#state.t !== 'dialling') return;
    this.#lost = true;
    this.#owner.onDialFailed(this, InterceptError.from(reason, 'upstream_unreachable'));
    this.#close();
  }

  #close(): void {
    if (this.#state.t === 'closed') return;
    this.#state = { t: 'closed' };
    this.#giveUse();
  }
}

const discard: PipeHandler = { onData: () => {}, onEnd: () => {}, onDrain: () => {}, onClose: () => {} };
