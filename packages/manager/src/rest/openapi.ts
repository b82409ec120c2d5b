import { z, type JsonSchema } from '@switchyard/config';
import { reportSchema } from './explain-schemas.ts';
import type { Route } from './route.ts';
import { conditionSchema, errorSchema, eventSchema, interceptSchema, managerSchema, serviceSchema } from './schemas.ts';

/** What every path begins with: the version of the API. */
export const basePath = '/api/v1';

const named = {
  Manager: managerSchema,
  Service: serviceSchema,
  Intercept: interceptSchema,
  Condition: conditionSchema,
  Event: eventSchema,
  RouteReport: reportSchema,
  Error: errorSchema,
};

/** The OpenAPI 3.1 document of `routes`, as plain data. */
export function createOpenApi(routes: readonly Route[]): JsonSchema {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Switchyard manager',
      version: '1',
      description: 'Who intercepts what at a traffic manager. docs/api.md says what is promised, and what is not.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: basePath }],
    paths: toPaths(routes),
    components: {
      schemas: toSchemas(routes),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Where the manager says auth "token".' },
        owner: { type: 'apiKey', in: 'header', name: 'switchyard-owner', description: 'Where the manager says auth "none": your name.' },
      },
    },
  };
}

function toPaths(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = toOperation(route);
  return paths;
}

function toOperation(route: Route): JsonSchema {
  const { id, about, body, failures, isOpen, isStream } = route;
  const stream = { 'text/event-stream': { schema: { type: 'string', description: 'Server-sent events; `data` is an Event.' } } };
  const hasBody = !(body instanceof z.ZodUndefined);
  return {
    operationId: id,
    summary: about,
    security: [...(isOpen === true ? [{}] : []), { token: [] }, { owner: [] }],
    parameters: [...toParameters('path', route.params), ...toParameters('query', route.query), ...(isStream === true ? [lastEventId] : [])],
    ...(hasBody ? { requestBody: { required: true, content: toJsonContent(toInputSchema(body)) } } : {}),
    responses: {
      200: {
        description: 'Done.',
        content: { ...toJsonContent({ $ref: toReference(toAnswerName(route)) }), ...(isStream === true ? stream : {}) },
      },
      ...Object.fromEntries([...failures, 429].map((status) => [status, failure])),
      default: failure,
    },
  };
}

const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'Only what came after the event with this id; browsers send it when they connect again.',
  schema: { type: 'string', maxLength: 64 },
};

const failure = { description: 'A failure.', content: toJsonContent({ $ref: toReference('Error') }) };

function toJsonContent(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}

function toReference(name: string): string {
  return `#/components/schemas/${name}`;
}

/** What a route answers is a schema of its own in the document, unless it is one that has a name already. */
function toAnswerName({ id, answer }: Route): string {
  const own = Object.entries(named).find(([, schema]) => schema === answer);
  return own?.[0] ?? `${id[0]?.toUpperCase()}${id.slice(1)}Answer`;
}

function toSchemas(routes: readonly Route[]): JsonSchema {
  const registry = z.registry<{ readonly id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  for (const route of routes) if (!registry.has(route.answer)) registry.add(route.answer, { id: toAnswerName(route) });
  const { schemas } = z.toJSONSchema(registry, {
    uri: toReference,
    override: ({ jsonSchema }) => void delete jsonSchema.additionalProperties,
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutNames(schema)]));
}

function toParameters(place: 'path' | 'query', object: z.ZodObject): readonly JsonSchema[] {
  const { properties = {}, required = [] } = z.toJSONSchema(object, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = typeof schema === 'object' ? schema : {};
    return { name, in: place, required: required.includes(name), description, schema: rest };
  });
}

function toInputSchema(schema: z.ZodType): JsonSchema {
  return withoutNames(z.toJSONSchema(schema, { io: 'input' }));
}

/** Dialect and place of a schema are those of its document. */
function withoutNames(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));
}
