import type { FakeTarget } from './paths.ts';

/** What the server answers. */
export interface FakeAnswer {
  readonly status: number;
  /** JSON; a string is sent as plain text. */
  readonly body: unknown;
}

/** A refusal, thrown by what handles a request. */
export class FakeFailure extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** A `Status` object that tells of a failure. */
export function toStatus(code: number, message: string, reason: string = reasons[code] ?? 'Unknown', target?: FakeTarget): object {
  const details = target === undefined ? {} : { details: { name: target.name, group: target.group || undefined, kind: target.plural } };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...details, code };
}

/** How messages name what `target` points at: `deployments.apps "web"`. */
export function toTitle({ group, plural, name }: FakeTarget): string {
  return `${group === '' ? plural : `${plural}.${group}`} "${name}"`;
}
