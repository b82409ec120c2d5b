import { checkData, type z } from '@switchyard/config';
import type { Caller } from '@switchyard/tunnel';
import type { FullApi } from '../api/manager-api.ts';

/** The methods that there are. HEAD goes wherever GET does. */
export type Method = 'GET' | 'POST' | 'DELETE';

/** A request whose parts are checked. */
export interface Question<Params, Query, Body> {
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** What a route answers. */
export type RouteAnswer =
  /** As JSON. */
  | { readonly t: 'data'; readonly data: unknown }
  /** A document that is JSON already. */
  | { readonly t: 'text'; readonly text: string };

/** One operation of the API, as data: the router, the checks and the OpenAPI document come from it. */
export interface RouteDescription<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  readonly method: Method;
  /** Under `/api/v1`, with `{name}` for a segment that is a parameter. */
  readonly path: string;
  /** Its name in the OpenAPI document. */
  readonly id: string;
  /** One line. */
  readonly about: string;
  readonly params: Params;
  readonly query: Query;
  /** `z.undefined()` where none is taken. */
  readonly body: Body;
  /** What it answers with 200. */
  readonly answer: z.ZodType;
  /** Failures that are its own, beside those of every route. */
  readonly failures: readonly number[];
  /** Whether it answers those too who do not say who they are. Default: no. */
  readonly isOpen?: true;
  /** Whether it goes on with server-sent events for those who accept them. Default: no. */
  readonly isStream?: true;
  handle(api: FullApi, question: Question<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<RouteAnswer>;
}

/** A route whose parameters are checked against its own description before its handler runs. */
export interface Route extends Omit<RouteDescription<z.ZodObject, z.ZodObject, z.ZodType>, 'handle'> {
  readonly ask: (api: FullApi, raw: Question<unknown, unknown, unknown>) => Promise<RouteAnswer>;
}

/**
 * Binds a description to its handler, so that what the handler gets has the types that the description says. Asking throws `bad_usage`.
 */
export function defineRoute<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  description: RouteDescription<Params, Query, Body>,
): Route {
  const { handle, ...rest } = description;
  return {
    ...rest,
    ask: async (api, { caller, params, query, body }) =>
      handle(api, {
        caller,
        params: checkPart(params, rest.params, 'The path'),
        query: checkPart(query, rest.query, 'The query'),
        body: checkPart(body, rest.body, 'The body'),
      }),
  };
}

/** A part of a request, checked; throws `bad_usage`. */
export function checkPart<Schema extends z.ZodType>(part: unknown, schema: Schema, what: string): z.output<Schema> {
  return checkData(part, schema, { what, hint: 'GET /api/v1/openapi.json says what is taken.' });
}
