import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createPlainServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { IssuedCertificate } from './certificates/open-authority.ts';

/** Where an issuer is, and for whom its tokens are. */
export interface FakeIssuerOptions {
  /** Address that it listens on, and is called by; default loopback. */
  readonly host?: string;
  /** Default: it speaks plaintext. */
  readonly certificate?: Pick<IssuedCertificate, 'cert' | 'key'>;
  /** Who may sign people in, and the audience of its tokens. Default `switchyard`. */
  readonly clientId?: string;
}

/** An OpenID provider that signs people in by a device code, and gives each refresh token once. */
export interface FakeIssuer extends AsyncDisposable {
  readonly url: string;
  /** What becomes of a code when it is asked for. */
  answer: 'pending' | 'confirmed' | 'denied' | 'expired';
  /** Claims of whoever confirms a code; by default each is another `alice`. */
  person: Readonly<Record<string, unknown>>;
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
  /** An ID token as it gives one now, with other claims as well. */
  sign(claims: Readonly<Record<string, unknown>>): string;
}

/** Starts an issuer with a key of its own. The caller disposes it. */
export async function openFakeIssuer(options: FakeIssuerOptions = {}): Promise<FakeIssuer> {
  const { host = '127.0.0.1', certificate, clientId = 'switchyard' } = options;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const live = new Set<string>();
  const asked: Record<string, number> = {};
  let issued = 0;
  const server = certificate === undefined ? createPlainServer() : createTlsServer(certificate);
  server.listen(0, host);
  await once(server, 'listening');
  const url = `${certificate === undefined ? 'http' : 'https'}://${host}:${(server.address() as AddressInfo).port}`;

  const toTokens = (): object => {
    const refreshToken = `refresh-${++issued}`;
    live.add(refreshToken);
    return { access_token: 'access', token_type: 'Bearer', id_token: issuer.sign({}), refresh_token: refreshToken };
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
    if (path === '/jwks') return [200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] }];
    if (form.get('client_id') !== clientId) return [401, { error: 'invalid_client' }];
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
    person: {},
    lifetimeSeconds: 3_600,
    codeSeconds: 600,
    userCode: 'WDJB-MJHT',
    changes: {},
    live,
    asked,
    sign(claims) {
      const now = Math.floor(Date.now() / 1_000);
      const ordinary = { iss: url, aud: clientId, sub: `alice-${issued}`, iat: now, exp: now + issuer.lifetimeSeconds };
      const parts = [
        { alg: 'RS256', typ: 'JWT', kid },
        { ...ordinary, ...issuer.person, ...claims },
      ];
      const head = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${head}.${sign('sha256', Buffer.from(head), privateKey).toString('base64url')}`;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
}

/** Name of its key. */
const kid = 'fake';
