import { z } from '@switchyard/config';
import { codes, eventTypes, type Code, type InterceptInfo, type ManagerEvent, type ServiceInfo } from '@switchyard/contract';
import type { ManagerInfo } from '@switchyard/tunnel';

/** What the API answers, as it stands in the OpenAPI document. A new field may come with any version; none goes within v1. */

/** A document, as it is sent. */
export type Data = Readonly<Record<string, unknown>>;

const instant = z.iso.datetime().meta({ description: 'A moment, in UTC.' });

const version = z.int().min(0);

/** What the manager is. */
export const managerSchema: z.ZodType = z.object({
  version: z.string().meta({ description: 'Of its software, for people.' }),
  protocol: z.object({ min: version, max: version }).meta({ description: 'Versions of the protocol that it speaks with agents.' }),
  auth: z.enum(['none', 'token', 'kubernetes']).meta({ description: 'How callers prove who they are.' }),
  owner: z.string().nullable().meta({ description: 'Whom it takes the caller for; null where that was not proven.' }),
  groups: z.array(z.string()).optional().meta({ description: 'The groups of that owner, where any are known.' }),
  now: instant.meta({ description: 'What time it is at the manager.' }),
  policy: z
    .object({ keyless: z.boolean(), percent: z.boolean() })
    .optional()
    .meta({ description: 'What may be intercepted by beside keys: without one, and a share of the requests.' }),
  signIn: z
    .object({ issuer: z.string(), clientId: z.string(), scopes: z.array(z.string()) })
    .optional()
    .meta({ description: 'Where people get a token for this manager: an OpenID provider, and the client that asks it.' }),
});

/** A routed service. */
export const serviceSchema: z.ZodType = z.object({
  name: z.string().meta({ description: 'What callers call it.' }),
  ports: z.array(
    z.object({
      name: z.string(),
      listen: z.string().meta({ description: '`HOST:PORT` that callers dial.' }),
      baseline: z.string().meta({ description: '`HOST:PORT` of the ordinary workload.' }),
      protocol: z.enum(['auto', 'http', 'tcp']).meta({ description: 'How its traffic is understood.' }),
      notes: z.array(z.string()).meta({ description: 'What people should know about its traffic.' }),
    }),
  ),
});

const textMatch = z.discriminatedUnion('t', [
  z.object({ t: z.literal('exact'), value: z.string() }),
  z.object({ t: z.literal('prefix'), value: z.string() }),
  z.object({ t: z.literal('regex'), value: z.string().meta({ description: 'RE2 syntax, against the whole text.' }) }),
  z.object({ t: z.literal('present') }),
]);

/** One thing that a request must show. */
export const conditionSchema: z.ZodType = z
  .discriminatedUnion('t', [
    z.object({ t: z.literal('header'), name: z.string(), text: textMatch }),
    z.object({ t: z.literal('path'), text: textMatch }),
    z.object({ t: z.literal('method'), method: z.string() }),
    z.object({ t: z.literal('query'), name: z.string(), text: textMatch }),
    z.object({ t: z.literal('cookie'), name: z.string(), text: textMatch }),
    z.object({ t: z.literal('percent'), percent: z.number() }),
  ])
  .meta({ description: 'One thing that a request must show.' });

/** An intercept that requests are routed by, or that has its place and waits. */
export const interceptSchema: z.ZodType = z.object({
  id: z.string(),
  service: z.string(),
  port: z.string().meta({ description: "The port's name." }),
  key: z.string().nullable().meta({ description: 'The routing key; null where `match` alone decides.' }),
  match: z.array(z.array(conditionSchema)).meta({ description: 'What a request must show beside the key: all of any one alternative.' }),
  sharedWith: z.array(z.string()).meta({ description: 'Owners who may use the key on other services; `*` is everybody.' }),
  joins: z.boolean().meta({ description: 'Whether the key may be another owner’s who shares it.' }),
  owner: z.string(),
  whenAway: z.enum(['fail', 'baseline']).meta({ description: 'What becomes of requests while the session is away.' }),
  session: z.enum(['ready', 'away']),
  client: z.string().meta({ description: "The developer's machine, for people." }),
  createdAt: instant,
  expiresAt: instant.meta({ description: 'When it ends unless it is renewed.' }),
  closing: z
    .object({ at: instant, message: z.string().meta({ description: 'Who or what ends it, in one sentence for people.' }) })
    .optional()
    .meta({ description: 'What ends it whether it is renewed or not.' }),
  waiting: z
    .object({
      accepted: z.boolean().meta({ description: "Whether it is accepted, so that only its service's traffic is missing." }),
      reason: z.string().meta({ description: 'Why, as a word for programs.' }),
      message: z.string().meta({ description: 'Why, in one sentence for people.' }),
    })
    .optional()
    .meta({ description: 'What keeps its requests from it, though its session be live.' }),
});

/** Something that happened. */
export const eventSchema: z.ZodType = z.object({
  id: z.string().meta({ description: 'Where to go on reading; opaque, and empty for `events_missed`.' }),
  at: instant,
  type: z.enum(eventTypes).meta({ description: 'What happened. A later version may have more; leave out what you do not know.' }),
  owner: z.string(),
  intercept: z.string().optional(),
  service: z.string().optional(),
  key: z.string().optional(),
  reason: z.string().optional().meta({ description: 'Why, as a word for programs.' }),
  message: z.string().meta({ description: 'What happened, in one sentence for people.' }),
});

/** A failure. */
export const errorSchema: z.ZodType = z.object({
  error: z.object({
    code: z.enum(Object.keys(codes) as [Code, ...Code[]]).meta({ description: 'Go by this; docs/reference/errors.md has the list.' }),
    message: z.string().meta({ description: 'What happened and why, for people.' }),
    hint: z.string().optional().meta({ description: 'What to do about it.' }),
  }),
});

/** What the manager is, as data. */
export function toManagerData({ owner, now, ...info }: ManagerInfo): Data {
  return { ...info, owner: owner ?? null, now: now?.toISOString() };
}

/** A service as data. */
export function toServiceData({ name, ports }: ServiceInfo): Data {
  return { name, ports: ports.map((port) => ({ ...port, notes: [...port.notes] })) };
}

/** An intercept as data. */
export function toInterceptData({ closing, ...info }: InterceptInfo): Data {
  return {
    ...info,
    ...(closing === undefined ? {} : { closing: { at: closing.at.toISOString(), message: closing.message } }),
    key: info.key ?? null,
    match: info.match.map((conditions) => [...conditions]),
    sharedWith: [...info.sharedWith],
    createdAt: info.createdAt.toISOString(),
    expiresAt: info.expiresAt.toISOString(),
  };
}

/** An event as data. */
export function toEventData(event: ManagerEvent): Data {
  return { ...event, at: event.at.toISOString() };
}
