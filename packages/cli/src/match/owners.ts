import { z } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';

/** Names of owners, parted by commas; `*` is everybody. Throws `bad_usage`. */
export function parseOwners(text: string): readonly string[] {
  const owners = text.split(',').map((owner) => owner.trim());
  if (owners.every((owner) => owner !== '' && !/\p{C}/u.test(owner))) return [...new Set(owners)];
  throw new InterceptError('bad_usage', `"${text.replaceAll(/\p{C}/gu, ' ')}" does not say with whom the key is shared.`, {
    hint: 'Write the names of owners, as `intercept list` shows them: bob,carol. Everybody is "*".',
  });
}

/** `shareWith` of an intercept in a file. */
export const ownersField: z.ZodType<readonly string[]> = z
  .union([z.string(), z.array(z.string())])
  .transform((given, context): readonly string[] => {
    try {
      return parseOwners([given].flat().join(','));
    } catch (error) {
      context.addIssue({ code: 'custom', message: `makes no sense: ${InterceptError.from(error).message}` });
      return z.NEVER;
    }
  });
