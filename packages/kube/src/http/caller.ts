import { InterceptError, toLimitValues, type Clock } from '@switchyard/contract';
import { sleep } from '@switchyard/runtime';
import type { IncomingMessage } from 'node:http';
import type { KubeConnection } from '../credentials/connection.ts';
import { kubeLimits } from '../limits.ts';
import { createDeadline } from './deadline.ts';
import { exchange, readText, toCallError, type HttpCall } from './exchange.ts';
import { parseStatus, toFailure, type StatusObject } from './failure.ts';
import { readLines } from './lines.ts';

/** What an API server answered: a value, or that there is no such object. */
export type Answer = { readonly t: 'value'; readonly value: unknown } | { readonly t: 'absent'; readonly failure: InterceptError };

/** Sends calls to one API server, each with a deadline and a bound. */
export interface Caller {
  /** Rejects as `KubeClient` says. A 404 that is about the object `name` is an answer. */
  call(call: HttpCall, name: string | undefined, signal: AbortSignal | undefined): Promise<Answer>;
  /**
   * The lines of an answer that goes on, until the server ends it. Rejects after `silentMs` without a byte, and when `signal` is aborted.
   */
  stream(call: HttpCall, silentMs: number, signal: AbortSignal): AsyncGenerator<string>;
}

/** A caller on `connection`, which stays its owner's. */
export function createCaller(clock: Clock, connection: KubeConnection): Caller {
  const { callMs, answerBytes, eventBytes, busyRetries, busyWaitMs } = toLimitValues(kubeLimits);
  const toLate =
    ({ title }: HttpCall, ms: number) =>
    (): InterceptError => {
      const server = `The Kubernetes API server at ${connection.server.host}`;
      return new InterceptError('cluster_unavailable', `${server} did not answer within ${ms / 1000} s when asked to ${title}.`);
    };

  /** One whole answer. A server that is too busy, and says when to come again, did nothing yet: it is asked again. */
  async function ask(call: HttpCall, signal: AbortSignal): Promise<{ readonly response: IncomingMessage; readonly text: string }> {
    for (let retries = 0; ; retries++) {
      const response = await exchange(connection, call, signal);
      const text = await readText(response, answerBytes).catch((error: unknown) => {
        throw toCallError(connection, call, signal, error);
      });
      const waitMs = toBusyMs(response);
      if (waitMs === undefined || retries === busyRetries) return { response, text };
      await sleep(clock, Math.min(waitMs, busyWaitMs), signal);
    }
  }

  return {
    async call(call, name, outer) {
      using deadline = createDeadline(clock, callMs, outer, toLate(call, callMs));
      const { signal } = deadline;
      const { response, text } = await ask(call, signal);
      if (isSuccess(response)) return { t: 'value', value: parseJson(call, text) };
      const status = parseStatus(text);
      const failure = toFailure(call.title, response.statusCode ?? 0, status);
      if (isAbsent(response, status, name)) return { t: 'absent', failure };
      throw failure;
    },
    async *stream(call, silentMs, outer) {
      using deadline = createDeadline(clock, callMs, outer, toLate(call, callMs));
      const { signal } = deadline;
      const response = await exchange(connection, call, signal);
      try {
        if (!isSuccess(response)) throw toFailure(call.title, response.statusCode ?? 0, parseStatus(await readText(response, answerBytes)));
        deadline.lift();
        yield* readLines(guardSilence(clock, response, silentMs), eventBytes);
      } catch (error) {
        throw toCallError(connection, call, signal, error);
      } finally {
        response.destroy();
      }
    },
  };
}

/** After which time a server that is too busy wants to be asked again (RFC 9110 section 10.2.3, in seconds). */
function toBusyMs({ statusCode, headers }: IncomingMessage): number | undefined {
  const seconds = headers['retry-after'] ?? '';
  return statusCode === 429 && /^\d{1,4}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** An unknown resource type is a 404 as well, but says nothing of the object. */
function isAbsent({ statusCode }: IncomingMessage, { details }: StatusObject, name: string | undefined): boolean {
  return statusCode === 404 && name !== undefined && details?.name === name;
}

function parseJson(call: HttpCall, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InterceptError('cluster_unavailable', `What answered when asked to ${call.title} is no Kubernetes API server.`, {
      cause: error,
    });
  }
}

/** The chunks of `response`; destroys it after `silentMs` without one. */
async function* guardSilence(clock: Clock, response: IncomingMessage, silentMs: number): AsyncGenerator<Buffer> {
  const giveUp = (): void => void response.destroy(new Error(`it was silent for ${silentMs / 1000} s`));
  let timer = clock.after(silentMs, giveUp);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      timer.cancel();
      timer = clock.after(silentMs, giveUp);
      yield chunk;
    }
  } finally {
    timer.cancel();
  }
}
