import { InterceptError, type Clock } from '@switchyard/contract';
import {
  allowInsecureRequests,
  customFetch,
  discovery,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  refreshTokenGrant,
  ResponseBodyError,
  tokenRevocation,
  type Configuration,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client';
import { cliLimits } from '../limits.ts';
import { toPrintable } from '../printable.ts';
import { isThisMachine } from '../token.ts';
import { createBoundedFetch } from './bounded-fetch.ts';

/** Which issuer, and what this program is to it. */
export interface IssuerClient {
  readonly issuer: string;
  readonly clientId: string;
}

/** What an issuer gives. */
export interface IssuedToken {
  readonly token: string;
  /** Until when it is good, epoch milliseconds. */
  readonly expiresAtMs: number;
  readonly refreshToken: string | undefined;
}

/** What the person has to do, elsewhere. */
export interface DeviceCode {
  /** Where they go. */
  readonly url: string;
  /** What they type there. */
  readonly code: string;
  /** How long they may take. */
  readonly lifetimeMs: number;
}

/** An OpenID provider, as people sign in there from a terminal (RFC 8628). Every method rejects with what a person can understand. */
export interface Issuer {
  /** Resolves when the person has confirmed the code that `onCode` is given; nothing is left behind where it rejects. */
  signIn(scopes: readonly string[], onCode: (code: DeviceCode) => void, signal: AbortSignal): Promise<IssuedToken>;
  /** The next token. Rejects with `not_signed_in` where the sign-in is over. */
  refresh(refreshToken: string): Promise<IssuedToken>;
  /** Makes a refresh token worthless, where the issuer offers that (RFC 7009); answers whether it does. */
  revoke(refreshToken: string): Promise<boolean>;
}

/** Asks an issuer what it offers. Rejects with `bad_config` for one that is not reached by TLS, and `upstream_unreachable`. */
export async function openIssuer(clock: Clock, { issuer, clientId }: IssuerClient): Promise<Issuer> {
  const url = toIssuerUrl(issuer);
  const config = await explained(url, () =>
    discovery(url, clientId, undefined, None(), {
      // oxlint-disable-next-line typescript/no-deprecated -- it is only marked so: what is on this machine, a test or a forward, has no TLS
      execute: url.protocol === 'http:' ? [allowInsecureRequests] : [],
      [customFetch]: createBoundedFetch(clock, { mostBytes: cliLimits.issuerBytes.value, mostMs: cliLimits.issuerMs.value }),
    }),
  );
  return {
    signIn: (scopes, onCode, signal) => explained(url, () => signInByCode({ clock, config, url }, { scopes, onCode, signal })),
    refresh: (refreshToken) => explained(url, async () => toIssued(await refreshTokenGrant(config, refreshToken), refreshToken)),
    async revoke(refreshToken) {
      if (config.serverMetadata().revocation_endpoint === undefined) return false;
      await explained(url, () => tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' }));
      return true;
    },
  };
}

interface Place {
  readonly clock: Clock;
  readonly config: Configuration;
  readonly url: URL;
}

interface CodeSignIn {
  readonly scopes: readonly string[];
  readonly onCode: (code: DeviceCode) => void;
  readonly signal: AbortSignal;
}

async function signInByCode({ clock, config, url: { host } }: Place, { scopes, onCode, signal }: CodeSignIn): Promise<IssuedToken> {
  if (config.serverMetadata().device_authorization_endpoint === undefined) {
    throw new InterceptError('not_signed_in', `${host} offers no sign-in from a terminal (RFC 8628).`, {
      hint: 'Ask the one who runs it to allow the device flow for this client, or use a token: --token-file.',
    });
  }
  const scope = (scopes.length === 0 ? ['openid', 'offline_access'] : scopes).join(' ');
  const started = await initiateDeviceAuthorization(config, { scope });
  const lifetimeMs = Math.min(started.expires_in * 1_000, cliLimits.signInMs.value);
  const late = new AbortController();
  const deadline = clock.after(lifetimeMs, () => late.abort(toNotConfirmed()));
  const url = started.verification_uri_complete ?? started.verification_uri;
  onCode({ url: toPrintable(url), code: toPrintable(started.user_code), lifetimeMs });
  const patience = AbortSignal.any([signal, late.signal]);
  try {
    return toIssued(await pollDeviceAuthorizationGrant(config, started, undefined, { signal: patience }), undefined);
  } catch (reason) {
    signal.throwIfAborted();
    throw late.signal.aborted ? toNotConfirmed() : reason;
  } finally {
    deadline.cancel();
  }
}

/** The ID token is made for this client, and says who the person is: that is what the manager looks at. */
function toIssued(response: TokenEndpointResponse & TokenEndpointResponseHelpers, before: string | undefined): IssuedToken {
  const { id_token: token, refresh_token: refreshToken = before } = response;
  const endsAt = response.claims()?.exp;
  if (token === undefined || endsAt === undefined) {
    throw new InterceptError('not_signed_in', 'The sign-in gave no token that says who you are (an ID token).', {
      hint: 'Ask the one who runs the manager to have the scope openid asked for.',
    });
  }
  return { token, expiresAtMs: endsAt * 1_000, refreshToken };
}

function toIssuerUrl(issuer: string): URL {
  const url = URL.parse(issuer);
  const isSafe = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.hostname)));
  if (isSafe) return url;
  throw new InterceptError('bad_config', `The manager names ${JSON.stringify(issuer)} to sign in at, which is no https:// address.`, {
    hint: 'Ask the one who runs the manager.',
  });
}

async function explained<T>(url: URL, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (reason) {
    throw toSentence(url, reason);
  }
}

function toSentence(url: URL, reason: unknown): unknown {
  if (reason instanceof InterceptError && reason.code !== 'upstream_timeout') return reason;
  if (reason instanceof ResponseBodyError) return toRefusal(url, reason);
  // A parser quotes what it could not read.
  const why = toPrintable(findRoot(reason));
  return new InterceptError('upstream_unreachable', `${url.host}, where you sign in, does not answer as it should: ${why}.`, {
    cause: reason,
    hint: 'Try again later. An authority of your own is named by NODE_EXTRA_CA_CERTS.',
  });
}

function toRefusal(url: URL, { error, cause }: ResponseBodyError): InterceptError {
  if (error === 'expired_token') return toNotConfirmed();
  if (error === 'access_denied') return new InterceptError('not_signed_in', 'The sign-in was declined.', { hint: 'Start it again.' });
  if (error === 'invalid_grant') {
    return new InterceptError('not_signed_in', `Your sign-in at ${url.host} is over.`, { hint: 'Sign in again: intercept login.' });
  }
  // What else it writes there is its own, for programs: only the word.
  const word = error.replaceAll(/[^\w-]/g, '').slice(0, 64);
  return new InterceptError('not_signed_in', `${url.host} refuses the sign-in (${word}).`, {
    cause,
    hint: 'Ask the one who runs the manager whether it is set up there.',
  });
}

function toNotConfirmed(): InterceptError {
  return new InterceptError('not_signed_in', 'The code was not confirmed in time.', { hint: 'Start the sign-in again.' });
}

/** The library wraps what went wrong, and so does `fetch`. */
function findRoot(reason: unknown): string {
  let root = reason;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? root.message : String(root);
}
