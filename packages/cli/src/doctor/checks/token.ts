import { fail, ok, skipped, toFinding, type Check, type Finding } from '../check.ts';
import type { Control } from '../../control/control.ts';

/** Whether the manager takes the caller for somebody. */
export const tokenCheck: Check = {
  id: 'token',
  title: 'sign-in',
  async run({ manager, settings, control }) {
    const [{ info }, { token }] = await Promise.all([manager(), settings()]);
    switch (info.auth) {
      case 'none':
        return ok(`${info.owner ?? 'any name'}: this manager believes the name that it is told`);
      case 'kubernetes':
        return judgeProof(await control());
      case 'token':
        if (info.owner !== undefined) return ok(`${info.owner}, by the token from the ${token?.source ?? 'connection'}`);
        return token === undefined
          ? fail(
              'this manager wants a token, and none is set',
              'Ask the one who runs the manager, and use --token-file or INTERCEPT_TOKEN.',
            )
          : fail(`this manager does not know the token from the ${token.source}`, 'Ask the one who runs the manager for a new one.');
    }
  },
};

/** Who goes to the API server is known there. */
async function judgeProof({ cluster, identify }: Control): Promise<Finding> {
  if (cluster !== undefined) return skipped('the API server of the cluster knows who you are');
  try {
    const { user, by } = await identify();
    return ok(`${user}, ${by}`);
  } catch (reason) {
    return toFinding(reason);
  }
}
