import { InterceptError, type Clock } from '@switchyard/contract';
import type { Context } from '../context.ts';
import { openToken, type Token } from '../token.ts';
import type { Issuer, IssuerClient } from './issuer.ts';
import { readLoginToken } from './login-token.ts';
import { readSignIn, toSignInPath } from './sign-in-file.ts';

/** The token of a sign-in for this manager; undefined where the person never signed in for it. Rejects as `readLoginToken`. */
export async function findStoredToken({ host, clock }: Pick<Context, 'host' | 'clock'>, manager: URL): Promise<Token | undefined> {
  const path = toSignInPath(host, manager);
  if ((await readSignIn(path)) === undefined) return undefined;
  return openToken('sign-in', async () => {
    const token = await readLoginToken(path, { clock, openIssuer: (client) => loadIssuer(clock, client) });
    if (token !== undefined) return token;
    throw new InterceptError('not_signed_in', `You have signed out of ${manager.origin}.`, { hint: 'Sign in again: intercept login.' });
  });
}

/** Most commands have a token that is good, and need no library. */
async function loadIssuer(clock: Clock, client: IssuerClient): Promise<Issuer> {
  const { openIssuer } = await import('./issuer.ts');
  return openIssuer(clock, client);
}
