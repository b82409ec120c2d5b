import { InterceptError, type Code } from '@switchyard/contract';

/** The `Status` object of the API, as far as it is looked at. */
export interface StatusObject {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly name?: string };
}

/** What was asked for, as messages name it: `patch services/orders`. */
export type CallTitle = string;

const ofStatus: Readonly<Record<number, Code>> = {
  401: 'not_signed_in',
  403: 'not_allowed',
  404: 'cluster_not_found',
  408: 'cluster_unavailable',
  409: 'cluster_conflict',
  410: 'cluster_gone',
  429: 'cluster_unavailable',
};

const hints: Partial<Record<Code, string>> = {
  not_signed_in: 'Sign in to the cluster again, or choose another context.',
  not_allowed: 'Ask whoever administers the namespace for this right.',
  cluster_unavailable: 'Try kubectl get pods: it asks the same server.',
};

/** The longest words of an API server that a message repeats. */
const longestMessage = 1024;

/** What an answer other than 2xx means. */
export function toFailure(title: CallTitle, status: number, body: StatusObject): InterceptError {
  const code = ofStatus[status] ?? (status >= 400 && status < 500 ? 'cluster_refused' : 'cluster_unavailable');
  const words = body.message?.slice(0, longestMessage) ?? body.reason ?? '';
  const hint = hints[code];
  return new InterceptError(code, `The Kubernetes API server refused to ${title} (${status}): ${words}`, {
    ...(hint === undefined ? {} : { hint }),
    detail: { status, ...(body.reason === undefined ? {} : { reason: body.reason }) },
  });
}

/** Reads a `Status` object; an answer that is none counts as its text. */
export function parseStatus(text: string): StatusObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status') return value as StatusObject;
  } catch {
    // Proxies and old paths answer in plain text.
  }
  return { message: text.trim() };
}

/** Why there was no answer. */
export function toUnreachable(title: CallTitle, server: URL, cause: unknown): InterceptError {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const words = error.message === '' && 'code' in error ? String(error.code) : error.message;
  return new InterceptError('cluster_unavailable', `The Kubernetes API server at ${server.host} could not be asked to ${title}: ${words}`, {
    hint: 'Try kubectl get pods: it asks the same server.',
    cause,
  });
}
