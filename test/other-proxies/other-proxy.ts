import type { Side } from '../vectors/request-vector.ts';

/** Where the origins of each side listen, on 127.0.0.1. */
export type OriginPorts = Readonly<Record<Side, number>>;

/** Another proxy, set up as plainly as it allows: `x-intercept-id` chooses the side, connections to origins are kept and reused. */
export interface OtherProxy {
  readonly name: string;
  /** Starts it. The caller disposes it. */
  open(origins: OriginPorts): Promise<OpenProxy>;
}

/** A proxy that listens. */
export interface OpenProxy extends AsyncDisposable {
  readonly port: number;
}
