import type { Context } from './context.ts';
import type { ResolvedKey } from './key.ts';
import type { Settings } from './settings.ts';
import { saveKey } from './user-file.ts';

/**
 * Saves a key that was chosen or derived here, so that `intercept key` and the next run say the same. A key out of a variable or a project file
 * says itself again. That it cannot be saved is no failure.
 */
export async function rememberKey({ output }: Context, { userFilePath }: Settings, { key, source }: ResolvedKey): Promise<void> {
  if (source !== 'flag' && source !== 'identity') return;
  try {
    if (await saveKey(userFilePath, key)) output.say(`your key "${key}" is saved in ${userFilePath}`);
  } catch (error) {
    output.warn(`your key cannot be saved in ${userFilePath}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
