import type { Clock, Timer } from '@switchyard/contract';

/** Watches whether the other end lives. */
export interface Keepalive {
  /** It does: something came from it, or it took something. */
  heard(): void;
  stop(): void;
}

/** What a keepalive does. */
export interface KeepaliveActions {
  /** Asks for a sign of life; called at least every `pingMs`. */
  ping(): void;
  /** Whether a sign could be seen now: nothing is read while our own reader is slow. */
  isListening(): boolean;
  /** Called once, after `deadMs` without a sign; the keepalive has stopped then. */
  onDead(): void;
}

/** Starts a keepalive. */
export function startKeepalive(
  clock: Clock,
  { pingMs, deadMs }: { readonly pingMs: number; readonly deadMs: number },
  actions: KeepaliveActions,
): Keepalive {
  let heardAtMs = clock.now();
  const onBeat = (): void => {
    if (!actions.isListening()) heardAtMs = clock.now();
    const leftMs = heardAtMs + deadMs - clock.now();
    if (leftMs <= 0) {
      actions.onDead();
      return;
    }
    timer = clock.after(Math.min(pingMs, leftMs), onBeat);
    actions.ping();
  };
  let timer: Timer = clock.after(pingMs, onBeat);
  return {
    heard() {
      heardAtMs = clock.now();
    },
    stop: () => timer.cancel(),
  };
}
