import type { PortProtocol, ServiceName } from '@switchyard/contract';
import type { Baseline } from './baseline.ts';

/** One port of a service that the router is to serve. */
export interface RoutedPort {
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  readonly host: string;
  /** 0: any free port. */
  readonly listenPort: number;
  readonly protocol: PortProtocol;
  readonly baseline: Baseline;
}

/** One port of a service that the router has open. */
export interface OpenPort {
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  /** The number that is listened on. */
  readonly listenPort: number;
  /** It is being given back. */
  readonly releasing: boolean;
}

/** How giving a port back ended: nothing of it is left; or `listen` took it back meanwhile, and it goes on. */
export type Released = 'gone' | 'taken_back';
