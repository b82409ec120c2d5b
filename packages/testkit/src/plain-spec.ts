import type { InterceptSpec } from '@switchyard/contract';

/** What an intercept asks for where nothing but its service and key matters. */
export const plainSpec: Omit<InterceptSpec, 'service' | 'key'> = {
  port: undefined,
  match: [],
  sharedWith: [],
  joins: false,
  whenAway: 'fail',
  lifetimeMs: undefined,
  directPort: undefined,
};
