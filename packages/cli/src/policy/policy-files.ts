import { readText } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { parsePolicies, type Policy } from '@switchyard/policy';

/** The policies of all `files`. Throws `bad_config`, naming every mistake of the first wrong one with its line. */
export async function readPolicyFiles(files: readonly string[]): Promise<readonly Policy[]> {
  const policies: Policy[] = [];
  for (const file of files) {
    for (const policy of parsePolicies(await readText(file), file)) {
      if (policies.some(({ name }) => name === policy.name)) {
        throw new InterceptError('bad_config', `${file} has the policy "${policy.name}", and so has another one of the files.`, {
          hint: 'In a namespace each has a name of its own.',
          detail: { file },
        });
      }
      policies.push(policy);
    }
  }
  return policies;
}
