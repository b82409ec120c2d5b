// Tokens as a cluster or an identity provider signs them, with keys that no other test has.
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

/** Somebody who signs tokens. */
export interface TestSigner {
  readonly keySet: { readonly keys: readonly object[] };
  /** A token with `claims`, whole: nothing is added but the key's name. */
  sign(claims: JWTPayload, header?: { readonly alg?: string; readonly kid?: string }): Promise<string>;
}

/** Makes a signer whose key is called `kid`. */
export async function createSigner(kid: string): Promise<TestSigner> {
  const alg = 'ES256';
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  const sign = (claims: JWTPayload, header: object, by: CryptoKey | Uint8Array): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(by);
  return {
    keySet: { keys: [key] },
    // A key set is public: whoever takes its text for a shared secret can sign by it.
    sign: (claims, header = {}) => sign(claims, header, header.alg === 'HS256' ? Buffer.from(JSON.stringify(key)) : privateKey),
  };
}

/** The claims of a token for the ServiceAccount `ci` of the namespace `shop`, made at `date` for an hour, changed by `changes`. */
export function createAccountClaims(date: Date, changes: JWTPayload = {}): JWTPayload {
  const seconds = Math.floor(date.getTime() / 1_000);
  return {
    iss: 'https://kubernetes.default.svc',
    aud: ['switchyard'],
    sub: 'system:serviceaccount:shop:ci',
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3_600,
    'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'ci', uid: 'u1' } },
    ...changes,
  };
}
