import type { Clock, Timer } from '@switchyard/contract';

/** Keeps one end of a session known to be alive, and watches the other. */
export interface Heartbeat {
  /** The other end said something. */
  heard(): void;
  stop(): void;
}

/** What a heartbeat does. */
export interface HeartbeatActions {
  /** Called every `heartbeatMs`. */
  send(): void;
  /** Called once, when the other end said nothing for `deadMs`; the heartbeat has stopped then. */
  onDead(): void;
}

/** Starts a heartbeat. */
export function startHeartbeat(
  clock: Clock,
  times: { readonly heartbeatMs: number; readonly deadMs: number },
  actions: HeartbeatActions,
): Heartbeat {
  let lastHeardAt = clock.now();
  let beat: Timer;
  let watch: Timer;
  const stop = (): void => {
    beat.cancel();
    watch.cancel();
  };
  const onBeat = (): void => {
    beat = clock.after(times.heartbeatMs, onBeat);
    actions.send();
  };
  // One timer that looks when it fires how long the silence is, instead of one per message.
  const onWatch = (): void => {
    const leftMs = lastHeardAt + times.deadMs - clock.now();
    if (leftMs > 0) {
      watch = clock.after(leftMs, onWatch);
      return;
    }
    stop();
    actions.onDead();
  };
  beat = clock.after(times.heartbeatMs, onBeat);
  watch = clock.after(times.deadMs, onWatch);
  return {
    heard() {
      lastHeardAt = clock.now();
    },
    stop,
  };
}
