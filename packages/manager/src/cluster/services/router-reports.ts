import type { RoutedService } from '@switchyard/kube';

/** How far the routers are with the ports of a service. */
export type PortsState =
  /** Some are not listened to yet. */
  | { readonly t: 'opening' }
  /** All are listened to, but some have no baseline to send requests to yet. */
  | { readonly t: 'listening' }
  /** Requests can come. */
  | { readonly t: 'serving' }
  /** A port cannot be opened; it is tried again. `message` is a sentence. */
  | { readonly t: 'failed'; readonly message: string };

/** What all routers together say. A Service may be pointed to them only where they are `serving`. */
export interface RouterReports {
  /** How far the ports that `routed` asks for are. */
  stateOf(routed: RoutedService): PortsState;
  /** Whether no router listens for the service any more. */
  isReleased(service: string): boolean;
  /** Calls `listener` after each change of these answers. Returns how to stop that. */
  onChange(listener: () => void): () => void;
}
