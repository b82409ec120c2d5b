import { openManagerClient, type ManagerClient } from '@switchyard/tunnel';
import type { Context } from './context.ts';
import type { Settings } from './settings.ts';

/** A client of the manager that the settings name, as the person that they name. The caller disposes it. */
export function openManager({ clock }: Context, { manager, owner, token }: Settings): ManagerClient {
  return openManagerClient({ url: manager.url, owner, token, clock });
}
