import type { Context } from './context.ts';
import type { ResolvedKey } from './key.ts';
import type { Control } from './control/control.ts';
import type { Settings } from './settings.ts';
import { saveKey } from './user-file.ts';

/**
 * Saves a key that was chosen or derived here, so that `intercept key` and the next run say the same. A key out of a variable or a project
 * file says itself again, and so does the name in a cluster: another cluster may know the person by another one. That it cannot be saved is
 * no failure.
 */
export async function rememberKey(
  { output }: Context,
  { control, settings: { userFilePath } }: { readonly control: Pick<Control, 'manager'>; readonly settings: Settings },
  { key, source }: ResolvedKey,
): Promise<void> {
  if (source !== 'flag' && (source !== 'identity' || control.manager === undefined)) return;
  try {
    if (await saveKey(userFilePath, key)) output.say(`your key "${key}" is saved in ${userFilePath}`);
  } catch (error) {
    output.warn(`your key cannot be saved in ${userFilePath}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
