import { until } from './until.ts';

/** Compares what keeps the process alive now with what did at the start of a test. */
export interface LeakWatch {
  /** Resolves when every kind is back to its count of before; rejects with what is left after `timeoutMs` (default 5 s). */
  expectNone(options?: { readonly timeoutMs?: number }): Promise<void>;
}

const watched: ReadonlySet<string> = new Set([
  'TCPSocketWrap',
  'TCPServerWrap',
  'TCPConnectWrap',
  'PipeServerWrap',
  'PipeConnectWrap',
  'UDPWrap',
  'ProcessWrap',
  'Timeout',
]);

function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (watched.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/**
 * Starts to watch sockets, servers, child processes and (referenced) timers. Timers of the `Clock` port keep no process
 * alive and are not seen here: `FakeClock.pending` counts them.
 */
export function watchLeaks(): LeakWatch {
  const before = countResources();
  const leaked = (): string[] => {
    // The poll's own timer has fired by the time this runs, so it does not count itself.
    return [...countResources()].flatMap(([kind, count]) => {
      const more = count - (before.get(kind) ?? 0);
      return more > 0 ? [`${more} ${kind}`] : [];
    });
  };
  return {
    async expectNone(options = {}) {
      try {
        await until(() => leaked().length === 0, { timeoutMs: options.timeoutMs ?? 5000 });
      } catch (cause) {
        throw new Error(`left behind: ${leaked().join(', ')}`, { cause });
      }
    },
  };
}
