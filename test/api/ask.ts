import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { openApi } from '@switchyard/manager';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';

/** Whatever it is: the document says what it must be, and is asked. */
type Json = ReturnType<typeof JSON.parse>;

/** A request as a test wants it. */
export interface Asking {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** An answer, as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly data: Json;
}

/**
 * Asks the API on `port` for `path` (under /api/v1), as alice, on a connection of its own. What it answers must be what the document
 * promises.
 */
export async function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
  const answer = await send(port, `/api/v1${path}`, {
    method,
    headers: { 'switchyard-owner': 'alice', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  if (method !== 'HEAD') expectPromised(method, path, answer);
  return answer;
}

/** The failure in an answer: status and code. */
export function toFailure({ status, data }: Answer): readonly [number, string] {
  return [status, data.error.code];
}

async function send(port: number, path: string, { method, headers, body }: Asking): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
    text(response).then((received) => {
      const isJson = response.headers['content-type'] === 'application/json' && received !== '';
      const data: unknown = isJson ? JSON.parse(received) : undefined;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: received, data });
    }, reject);
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

const document: Json = closed(structuredClone(openApi));
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi');

/** A published document lets fields come; in a test every field must stand in it. */
function closed(node: Json): Json {
  if (typeof node !== 'object' || node === null) return node;
  if (node.type === 'object' && node.properties !== undefined) node.additionalProperties = false;
  for (const child of Object.values(node)) closed(child);
  return node;
}

function expectPromised(method: string, path: string, { status, headers, data, text: received }: Answer): void {
  const [plain = ''] = path.split('?');
  const template = Object.keys(document.paths).find((each) => new RegExp(`^${each.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain));
  const operation = template === undefined ? undefined : document.paths[template][method.toLowerCase()];
  const pointer =
    operation === undefined
      ? '/components/schemas/Error'
      : toPointer([
          'paths',
          template ?? '',
          method.toLowerCase(),
          'responses',
          operation.responses[status] === undefined ? 'default' : String(status),
          'content',
          'application/json',
          'schema',
        ]);
  expect(headers['content-type'], received).toBe('application/json');
  const validate: ValidateFunction | undefined = ajv.getSchema(`openapi#${pointer}`);
  if (validate === undefined) throw new Error(`the document has no ${pointer}`);
  validate(data);
  expect(validate.errors ?? [], received).toEqual([]);
}

function toPointer(path: readonly string[]): string {
  return path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
