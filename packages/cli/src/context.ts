import type { Clock, Log } from '@switchyard/contract';
import type { Host } from './host.ts';
import type { Output } from './output.ts';

/** What every command's handler gets besides its arguments. */
export interface Context {
  readonly host: Host;
  readonly output: Output;
  readonly clock: Clock;
  readonly log: Log;
}
