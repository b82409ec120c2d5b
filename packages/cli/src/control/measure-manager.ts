import type { Clock } from '@switchyard/contract';
import type { ManagerInfo } from '@switchyard/tunnel';
import type { MeasuredManager } from './control.ts';

/** Asks a manager twice, once to connect and once to measure. `way` says how it is reached, for people. */
export async function measureManager(clock: Clock, way: string, ask: () => Promise<ManagerInfo>): Promise<MeasuredManager> {
  await ask();
  const startMs = clock.now();
  const info = await ask();
  const roundTripMs = clock.now() - startMs;
  const aheadMs = info.now === undefined ? undefined : info.now.getTime() - (clock.date().getTime() - roundTripMs / 2);
  return { way, info, roundTripMs, aheadMs };
}
