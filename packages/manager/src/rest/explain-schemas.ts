import { label, z } from '@switchyard/config';
import { parseServiceName, type RequestQuestion, type RouteReport } from '@switchyard/contract';
import { tokenPattern } from '@switchyard/route';
import { refuseLargeQuestion } from '@switchyard/tunnel';
import type { Data } from './schemas.ts';

const token = z.string().regex(tokenPattern, { error: 'must be a token of HTTP' });

/** A header line carries bytes: one character each. */
const fieldValue = z
  .string()
  .regex(/^[\t\u0020-\u007e\u0080-\u00ff]*$/, { error: 'must be a value of one header line, a character per byte' });

const line = z.strictObject({ name: token, value: fieldValue });

/** A request that somebody wants explained. */
export const questionSchema: z.ZodType<RequestQuestion> = z
  .strictObject({
    service: label.meta({ description: 'The service that is called.' }),
    port: label.optional().meta({ description: 'Name or number of its port; needed where it has several.' }),
    method: token.default('GET'),
    target: z
      .string()
      .regex(/^\/[!-~]*$/, { error: 'must begin with "/" and be percent-encoded' })
      .default('/')
      .meta({ description: 'Path and query.' }),
    header: z.array(line).default([]),
    clientAddress: z
      .union([z.ipv4(), z.ipv6()])
      .default('127.0.0.1')
      .meta({ description: "The caller's address, which a share of the requests may be decided by." }),
  })
  .transform(({ service, port, header, ...rest }) => {
    const lines = header.map(({ name, value }) => [name, value] as const);
    const question = { ...rest, service: parseServiceName(service), port, header: lines };
    refuseLargeQuestion(question);
    return question;
  });

/** Where a request would go, and why. */
export const reportSchema: z.ZodType = z.object({
  port: z.string().meta({ description: "The port's name." }),
  outcome: z.enum(['baseline', 'stripped', 'passing', 'routed', 'refused']).meta({
    description: 'Who answers: the baseline (without the key, or with one that is live elsewhere), an intercept, or the router with 400.',
  }),
  status: z.string().nullable().meta({ description: 'The value of `x-intercept-status` on the response.' }),
  key: z
    .object({ form: z.string(), text: z.string(), valid: z.boolean() })
    .nullable()
    .meta({ description: 'The key that speaks: where it stands, what stands there, whether it is one.' }),
  candidates: z
    .array(z.object({ id: z.string(), owner: z.string(), won: z.boolean(), reasons: z.array(z.string()) }))
    .meta({ description: 'The intercepts of the port: the winner, then those that came closest.' }),
  more: z.int().min(0).meta({ description: 'How many further intercepts the port has.' }),
  responseHeader: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .meta({ description: 'What the response’s header gets, as far as that is known before.' }),
  refusal: z.string().nullable().meta({ description: 'Why it is refused.' }),
});

/** A report as data. */
export function toReportData({ status, key, responseHeader, refusal, ...report }: RouteReport): Data {
  return {
    ...report,
    status: status ?? null,
    key: key ?? null,
    responseHeader: responseHeader.map(([name, value]) => ({ name, value })),
    refusal: refusal ?? null,
  };
}
