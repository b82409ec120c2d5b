import { InterceptError, isLabel } from '@switchyard/contract';
import type { Caller } from '@switchyard/tunnel';
import type { AuthConfig, UserConfig } from '../config/manager-config.ts';
import { hashToken, isSameHash } from './token-hash.ts';

/** Who a caller is: the owner's name. Throws `not_signed_in`, or `bad_usage` for a name that is no label. */
export type Authenticator = (caller: Pick<Caller, 'owner' | 'token'>) => string;

/** How `auth` proves callers: by nothing, where the claimed name is believed, or by a token, which alone decides the name. */
export function createAuthenticator(auth: AuthConfig): Authenticator {
  return auth.mode === 'none' ? believe : ({ token }) => identify(auth.users, token);
}

function believe({ owner }: Pick<Caller, 'owner'>): string {
  if (owner === undefined) {
    throw new InterceptError('bad_usage', 'The request does not say who asks.', { hint: 'Send your name in the header switchyard-owner.' });
  }
  if (isLabel(owner)) return owner;
  throw new InterceptError(
    'bad_usage',
    `"${owner}" cannot be the name of an owner: it must be 1 to 63 lower-case letters, digits and inner hyphens.`,
    {
      hint: 'Set INTERCEPT_USER to a name such as "alice".',
    },
  );
}

function identify(users: readonly UserConfig[], token: string | undefined): string {
  if (token === undefined) {
    throw new InterceptError('not_signed_in', 'This manager wants a token, and none was sent.', {
      hint: 'Ask the one who runs the manager for yours, and set INTERCEPT_TOKEN to it.',
    });
  }
  const hash = hashToken(token);
  // Every hash is compared, so that the time tells nothing about which came close.
  const matching = users.filter((user) => isSameHash(user.token, hash));
  const [user] = matching;
  if (user !== undefined) return user.name;
  throw new InterceptError('not_signed_in', 'This manager does not know the token that was sent.', {
    hint: 'Ask the one who runs the manager for a new one, and set INTERCEPT_TOKEN to it.',
  });
}
