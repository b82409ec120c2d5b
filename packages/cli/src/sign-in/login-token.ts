import { InterceptError, type Clock } from '@switchyard/contract';
import { cliLimits } from '../limits.ts';
import { withFileLock } from './file-lock.ts';
import type { Issuer, IssuerClient } from './issuer.ts';
import { readSignIn, writeSignIn, type SignIn } from './sign-in-file.ts';

/** What asking for a token needs. */
export interface LoginTokenDeps {
  readonly clock: Clock;
  readonly openIssuer: (client: IssuerClient) => Promise<Pick<Issuer, 'refresh'>>;
}

/**
 * The token of a sign-in that lies at `path`, refreshed where it has run out or is about to; undefined where nobody signed in. Of several
 * processes one refreshes and the others take what it got, since a refresh token may be good only once. Rejects with `not_signed_in` where
 * the sign-in is over.
 */
export async function readLoginToken(path: string, { clock, openIssuer: open }: LoginTokenDeps): Promise<string | undefined> {
  const isGood = ({ expiresAtMs }: SignIn): boolean => expiresAtMs - clock.date().getTime() > cliLimits.refreshMs.value;
  const saved = await readSignIn(path);
  if (saved === undefined || isGood(saved)) return saved?.token;
  return withFileLock(clock, path, async () => {
    const latest = await readSignIn(path);
    if (latest === undefined || isGood(latest)) return latest?.token;
    if (latest.refreshToken === undefined) throw toOver(latest);
    const issuer = await open(latest);
    const issued = await issuer.refresh(latest.refreshToken);
    await writeSignIn(path, { ...latest, ...issued });
    return issued.token;
  });
}

function toOver({ manager }: SignIn): InterceptError {
  return new InterceptError('not_signed_in', `Your sign-in for ${manager} has run out.`, {
    hint: `Sign in again: intercept login --manager ${manager}`,
  });
}
