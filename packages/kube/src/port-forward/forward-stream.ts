import { Duplex } from 'node:stream';
import { InterceptError, toLimitValues, type Clock, type Timer } from '@switchyard/contract';
import type { WebSocket } from 'ws';
import { forwardLimits } from '../limits.ts';
import { createChannelReader, toDataMessages, type ChannelMessage } from './channels.ts';
import { toTargetText, type ForwardTarget } from './forward-target.ts';
import { startKeepalive, type Keepalive } from './keepalive.ts';

const limits = toLimitValues(forwardLimits);
/** WebSocket's word for "done". */
const normalClosure = 1000;
/** As long as the kubelet's own longest sentence, about. */
const longestComplaint = 1024;

/**
 * A connection to a port of a pod, over an open WebSocket of the API server. A slow reader here slows the pod, a slow pod slows the writer
 * here.
 *
 * The API can only close both halves at once. When the pod ends its half, the kubelet closes both a second later: here the stream ends, and
 * what is written later is dropped. When this end ends, all that was written still arrives; the pod has `lingerMs` to end too, and learns
 * of the end then.
 */
export class ForwardStream extends Duplex {
  readonly #clock: Clock;
  readonly #target: ForwardTarget;
  readonly #socket: WebSocket;
  readonly #keepalive: Keepalive;
  readonly #read: (message: Buffer) => ChannelMessage;
  #linger: Timer | undefined;
  #complaint = '';
  #failure: Error | undefined;
  #isOver = false;

  /** Takes over a WebSocket that has just opened. */
  constructor(clock: Clock, socket: WebSocket, target: ForwardTarget) {
    super({ allowHalfOpen: false, highWaterMark: limits.bufferBytes });
    this.#clock = clock;
    this.#target = target;
    this.#socket = socket;
    this.#read = createChannelReader(target.port);
    // Nothing is heard before somebody reads, so that nothing is told before somebody listens.
    socket.pause();
    this.#keepalive = startKeepalive(clock, limits, {
      ping: () => socket.ping(),
      isListening: () => !socket.isPaused,
      onDead: () => this.destroy(this.#toLost(`the Kubernetes API server said nothing for ${limits.deadMs / 1000} s`)),
    });
    socket.on('message', (message: Buffer) => this.#onMessage(message));
    socket.on('pong', () => this.#keepalive.heard());
    socket.on('error', (error) => (this.#failure = error));
    socket.on('close', (code) => this.#onClose(code));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#send([chunk], callback);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  override _final(callback: () => void): void {
    if (!this.#isOver) this.#linger = this.#clock.after(limits.lingerMs, () => this.#socket.close(normalClosure));
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#linger?.cancel();
    this.#keepalive.stop();
    this.#socket.terminate();
    callback(error);
  }

  /** Keeps the system busy with some messages at a time; calls back when it has taken enough for more. */
  #send(chunks: readonly Buffer[], callback: () => void): void {
    const messages = toDataMessages(chunks, limits.frameBytes);
    const next = (): void => {
      for (;;) {
        const message = messages.next();
        if (message.done === true) return callback();
        const isFull = this.#socket.bufferedAmount >= limits.bufferBytes;
        this.#socket.send(message.value, (error) => this.#onSent(error, isFull ? next : undefined));
        if (isFull) return;
      }
    };
    next();
  }

  #onSent(error: Error | null | undefined, next: (() => void) | undefined): void {
    // What broke the connection is told when the WebSocket closes.
    this.#failure ??= error ?? undefined;
    if (next === undefined) return;
    // The system was full and is not any more, as the other end took something; that the system takes something is no sign of life.
    if (this.#failure === undefined) this.#keepalive.heard();
    next();
  }

  #onMessage(bytes: Buffer): void {
    this.#keepalive.heard();
    try {
      const message = this.#read(bytes);
      if (message.t === 'complaint') this.#complaint = (this.#complaint + message.text).slice(0, longestComplaint);
      if (message.t === 'data' && !this.push(message.bytes)) this.#socket.pause();
    } catch (error) {
      this.destroy(InterceptError.from(error));
    }
  }

  #onClose(code: number): void {
    this.#isOver = true;
    this.#linger?.cancel();
    this.#keepalive.stop();
    if (this.#complaint !== '') this.destroy(this.#toComplaint());
    else if (code === normalClosure) this.push(null);
    else this.destroy(this.#toLost('the connection to the Kubernetes API server broke'));
  }

  #toComplaint(): InterceptError {
    const target = toTargetText(this.#target);
    const cause = new Error(this.#complaint);
    if (this.#complaint.includes('connection refused')) {
      return new InterceptError('upstream_unreachable', `Nothing listens at ${target}.`, { cause });
    }
    const words = this.#complaint.replace(/\p{C}/gu, ' ');
    return new InterceptError('upstream_unreachable', `The kubelet could not forward to ${target}: ${words}`, { cause });
  }

  #toLost(why: string): InterceptError {
    return new InterceptError('tunnel_lost', `The port-forward to ${toTargetText(this.#target)} is lost: ${why}.`, {
      cause: this.#failure,
    });
  }
}
