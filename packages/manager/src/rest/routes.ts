import { label, z, type JsonSchema } from '@switchyard/config';
import { InterceptError, parseRoutingKey, parseServiceName } from '@switchyard/contract';
import { parseEventId, parseInterceptId } from '@switchyard/tunnel';
import { toUnknown } from '../api/manager-api.ts';
import { createOpenApi } from './openapi.ts';
import { questionSchema, reportSchema, toReportData } from './explain-schemas.ts';
import { checkPart, defineRoute, type Route } from './route.ts';
import {
  eventSchema,
  interceptSchema,
  managerSchema,
  serviceSchema,
  toEventData,
  toInterceptData,
  toManagerData,
  toServiceData,
} from './schemas.ts';

const nothing = z.strictObject({});
const noBody = z.undefined();
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
const id = z.string().min(1).meta({ description: 'The id of an intercept, as the list has it.' });
const serviceName = label.meta({ description: 'The name of a service.' });

const getManager = defineRoute({
  method: 'GET',
  path: '/manager',
  id: 'getManager',
  about: 'What this manager is, and how callers prove who they are; answers everybody',
  params: nothing,
  query: nothing,
  body: noBody,
  answer: managerSchema,
  failures: [],
  isOpen: true,
  handle: async (api, { caller }) => ({ t: 'data', data: toManagerData(await api.info(caller)) }),
});

const getOpenApi = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  id: 'getOpenApi',
  about: 'This document; answers everybody',
  params: nothing,
  query: nothing,
  body: noBody,
  answer: z.record(z.string(), z.unknown()),
  failures: [],
  isOpen: true,
  handle: async () => ({ t: 'text', text: openApiText }),
});

const listServices = defineRoute({
  method: 'GET',
  path: '/services',
  id: 'listServices',
  about: 'The services whose traffic is routed',
  params: nothing,
  query: nothing,
  body: noBody,
  answer: z.object({ services: z.array(serviceSchema) }),
  failures: [400, 401],
  handle: async (api, { caller }) => ({ t: 'data', data: { services: (await api.listServices(caller)).map(toServiceData) } }),
});

const getService = defineRoute({
  method: 'GET',
  path: '/services/{name}',
  id: 'getService',
  about: 'One service',
  params: z.strictObject({ name: serviceName }),
  query: nothing,
  body: noBody,
  answer: serviceSchema,
  failures: [400, 401, 404],
  async handle(api, { caller, params: { name } }) {
    const service = (await api.listServices(caller)).find((each) => each.name === name);
    if (service !== undefined) return { t: 'data', data: toServiceData(service) };
    throw new InterceptError('service_not_found', `This manager routes no service "${name}".`, {
      hint: 'GET /api/v1/services lists those that it routes.',
    });
  },
});

const listIntercepts = defineRoute({
  method: 'GET',
  path: '/intercepts',
  id: 'listIntercepts',
  about: "Everybody's intercepts: what requests are routed by, and what waits for an approval or its first session",
  params: nothing,
  query: nothing,
  body: noBody,
  answer: z.object({ intercepts: z.array(interceptSchema) }),
  failures: [400, 401],
  handle: async (api, { caller }) => ({ t: 'data', data: { intercepts: (await api.listIntercepts(caller)).map(toInterceptData) } }),
});

const getIntercept = defineRoute({
  method: 'GET',
  path: '/intercepts/{id}',
  id: 'getIntercept',
  about: 'One intercept of that list',
  params: z.strictObject({ id }),
  query: nothing,
  body: noBody,
  answer: interceptSchema,
  failures: [400, 401, 404],
  async handle(api, { caller, params }) {
    const intercept = (await api.listIntercepts(caller)).find((each) => each.id === params.id);
    if (intercept === undefined) throw toUnknown(params.id);
    return { t: 'data', data: toInterceptData(intercept) };
  },
});

const deleteIntercept = defineRoute({
  method: 'DELETE',
  path: '/intercepts/{id}',
  id: 'deleteIntercept',
  about: "Removes one intercept of the caller's own, and answers what it was",
  params: z.strictObject({ id }),
  query: nothing,
  body: noBody,
  answer: interceptSchema,
  failures: [400, 401, 403, 404],
  handle: async (api, { caller, params }) => ({ t: 'data', data: toInterceptData(await api.removeIntercept(caller, params.id)) }),
});

const deleteIntercepts = defineRoute({
  method: 'DELETE',
  path: '/intercepts',
  id: 'deleteIntercepts',
  about: "Removes those of the caller's own intercepts that match, and answers what they were; none is fine too",
  params: nothing,
  query: z.strictObject({
    service: serviceName.optional().meta({ description: 'Only those of this service.' }),
    key: label.optional().meta({ description: 'Only those with this key.' }),
    all: flag.meta({ description: 'Needed where neither service nor key is named.' }),
  }),
  body: noBody,
  answer: z.object({ removed: z.array(interceptSchema) }),
  failures: [400, 401],
  async handle(api, { caller, query: { service, key, all } }) {
    const removed = await api.removeIntercepts(caller, {
      ...(service === undefined ? {} : { service: parseServiceName(service) }),
      ...(key === undefined ? {} : { key: parseRoutingKey(key) }),
      all,
    });
    return { t: 'data', data: { removed: removed.map(toInterceptData) } };
  },
});

const renewIntercept = defineRoute({
  method: 'POST',
  path: '/intercepts/{id}/renew',
  id: 'renewIntercept',
  about: "Lets one intercept of the caller's own live longer, counted from now, and answers it as it is then",
  params: z.strictObject({ id }),
  query: nothing,
  body: z
    .strictObject({
      lifetimeMs: z.int().min(1).max(2_147_483_647).optional().meta({ description: "Milliseconds; default and most: the manager's." }),
    })
    .optional(),
  answer: interceptSchema,
  failures: [400, 401, 403, 404],
  async handle(api, { caller, params, body }) {
    return { t: 'data', data: toInterceptData(await api.renewIntercept(caller, parseInterceptId(params.id), body?.lifetimeMs)) };
  },
});

const explain = defineRoute({
  method: 'POST',
  path: '/explain',
  id: 'explain',
  about: 'Where a request would go now, and why each intercept gets it or not; sends nothing',
  params: nothing,
  query: nothing,
  body: questionSchema,
  answer: reportSchema,
  failures: [400, 401, 404, 413, 415],
  handle: async (api, { caller, body }) => ({ t: 'data', data: toReportData(await api.explain(caller, body)) }),
});

const eventQuery = z.strictObject({
  all: flag.meta({ description: "Everybody's, and not only the caller's own." }),
  after: z.string().optional().meta({ description: 'Only what came after the event with this id.' }),
});

const listEvents = defineRoute({
  method: 'GET',
  path: '/events',
  id: 'listEvents',
  about: 'The recent events, oldest first; to who accepts `text/event-stream` they are sent as they come, from `Last-Event-ID` on',
  params: nothing,
  query: eventQuery,
  body: noBody,
  answer: z.object({ events: z.array(eventSchema) }),
  failures: [400, 401],
  isStream: true,
  async handle(api, { caller, query: { all, after } }) {
    const filter = { all, after: after === undefined ? undefined : parseEventId(after) };
    return { t: 'data', data: { events: (await api.listEvents(caller, filter)).map(toEventData) } };
  },
});

/** Which events a query asks for. Throws `bad_usage`. */
export function parseEventQuery(query: unknown): { readonly all: boolean; readonly after?: string | undefined } {
  return checkPart(query, eventQuery, 'The query');
}

/** Every operation of the API, in the order of its document. */
export const routes: readonly Route[] = [
  getManager,
  listServices,
  getService,
  listIntercepts,
  getIntercept,
  deleteIntercept,
  deleteIntercepts,
  renewIntercept,
  explain,
  listEvents,
  getOpenApi,
];

/** The OpenAPI document of the API. */
export const openApi: JsonSchema = createOpenApi(routes);

const openApiText = JSON.stringify(openApi);
