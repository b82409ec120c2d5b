import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const clientId = 'switchyard';

/** An OpenID provider on loopback that signs people in by a device code, and gives each refresh token once. */
export interface FakeIssuer extends AsyncDisposable {
  readonly url: string;
  /** What becomes of a code when it is asked for. */
  answer: 'pending' | 'confirmed' | 'denied' | 'expired';
  /** How long its tokens are good, in seconds. */
  lifetimeSeconds: number;
  /** How long a code is good, in seconds. */
  codeSeconds: number;
  /** What people type to confirm. */
  userCode: string;
  /** What else stands in the discovery document; undefined leaves a field out. */
  changes: Readonly<Record<string, unknown>>;
  /** Refresh tokens that are good now. */
  readonly live: ReadonlySet<string>;
  /** How often each path was asked. */
  readonly asked: Readonly<Record<string, number>>;
}

export async function openFakeIssuer(): Promise<FakeIssuer> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const live = new Set<string>();
  const asked: Record<string, number> = {};
  let issued = 0;
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;

  const toTokens = (): object => {
    const refreshToken = `refresh-${++issued}`;
    live.add(refreshToken);
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: url, aud: clientId, sub: `alice-${issued}`, iat: now, exp: now + issuer.lifetimeSeconds };
    const head = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const idToken = `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
    return { access_token: 'access', token_type: 'Bearer', id_token: idToken, refresh_token: refreshToken };
  };
  const toAnswer = async (path: string, request: IncomingMessage): Promise<readonly [status: number, body: object]> => {
    const form = new URLSearchParams(await text(request));
    if (path === '/.well-known/openid-configuration') {
      const endpoints = {
        token_endpoint: `${url}/token`,
        device_authorization_endpoint: `${url}/device`,
        revocation_endpoint: `${url}/revoke`,
      };
      return [200, { issuer: url, jwks_uri: `${url}/jwks`, ...endpoints, ...issuer.changes }];
    }
    if (path === '/device') {
      return [
        200,
        {
          device_code: 'device',
          user_code: issuer.userCode,
          verification_uri: `${url}/confirm`,
          expires_in: issuer.codeSeconds,
          interval: 0.02,
        },
      ];
    }
    if (path === '/revoke') {
      live.delete(form.get('token') ?? '');
      return [200, {}];
    }
    const refreshToken = form.get('refresh_token');
    if (refreshToken !== null) return live.delete(refreshToken) ? [200, toTokens()] : [400, { error: 'invalid_grant' }];
    const errors = { pending: 'authorization_pending', denied: 'access_denied', expired: 'expired_token' } as const;
    return issuer.answer === 'confirmed' ? [200, toTokens()] : [400, { error: errors[issuer.answer] }];
  };
  server.on('request', (request, response) => {
    const path = request.url ?? '';
    asked[path] = (asked[path] ?? 0) + 1;
    void toAnswer(path, request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  const issuer: FakeIssuer = {
    url,
    answer: 'pending',
    lifetimeSeconds: 3_600,
    codeSeconds: 600,
    userCode: 'WDJB-MJHT',
    changes: {},
    live,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
}
