import type { EndReason, InterceptInfo, Metrics, SessionState } from '@switchyard/contract';

/** Registers what is counted of intercepts; `list` gives the live ones. Returns what counts one that ended. */
export function countIntercepts(metrics: Metrics, list: () => readonly InterceptInfo[]): (reason: EndReason) => void {
  const ends = metrics.counter({ name: 'switchyard_intercepts_ended_total', help: 'Intercepts that ended, by why.', labels: ['reason'] });
  const count = (session: SessionState): number => list().filter((intercept) => intercept.session === session).length;
  metrics.gauge({ name: 'switchyard_intercepts_ready', help: 'Intercepts whose session is live.' }, () => count('ready'));
  metrics.gauge({ name: 'switchyard_intercepts_away', help: 'Intercepts whose session is lost.' }, () => count('away'));
  return (reason) => ends.add(1, { reason });
}
