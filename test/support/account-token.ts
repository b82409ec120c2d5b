// A cluster's issuer of ServiceAccount tokens, with a key of its own.
import { generateKeyPairSync, sign } from 'node:crypto';
import type { FakeKubernetes } from '@switchyard/testkit';

const issuer = 'https://kubernetes.default.svc';

/** Lets `kubernetes` describe an issuer; returns how to make a token for the ServiceAccount `name` of its namespace, for the audience `switchyard`. */
export function issueTokens(kubernetes: FakeKubernetes): (name: string) => string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' };
  kubernetes.documents.set('/.well-known/openid-configuration', { issuer });
  kubernetes.documents.set('/openid/v1/jwks', { keys: [key] });
  return (name) => {
    const { namespace } = kubernetes;
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: issuer,
      aud: ['switchyard'],
      sub: `system:serviceaccount:${namespace}:${name}`,
      iat: now,
      exp: now + 600,
      'kubernetes.io': { namespace, serviceaccount: { name, uid: 'u' } },
    };
    const text = [{ alg: 'ES256', kid: 'k' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  };
}
