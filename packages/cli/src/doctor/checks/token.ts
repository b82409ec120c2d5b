import { fail, ok, skipped, type Check } from '../check.ts';
import { describeToken } from '../../token.ts';

/** Whether the manager takes the caller for somebody. */
export const tokenCheck: Check = {
  id: 'token',
  title: 'sign-in',
  async run({ manager, settings }) {
    const [{ info }, { token }] = await Promise.all([manager(), settings()]);
    switch (info.auth) {
      case 'none':
        return ok(`${info.owner ?? 'any name'}: this manager believes the name that it is told`);
      case 'kubernetes':
        if (info.owner !== undefined) return ok(`${info.owner}, by ${describeToken(token)}`);
        return skipped('the API server of the cluster knows who you are');
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
