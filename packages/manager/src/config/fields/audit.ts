import { z } from '@switchyard/config';
import type { OtlpTarget } from '../../audit/otlp-sink.ts';

/** What a file says of audit records; what it leaves out depends on how callers prove who they are. */
interface AuditFields {
  readonly stdout?: boolean | undefined;
  readonly otlp?: OtlpTarget | undefined;
}

/** `audit`. */
export const audit: z.ZodType<AuditFields> = z.strictObject({
  stdout: z.boolean().optional().meta({
    description:
      'Whether audit records go to standard output, one JSON object a line. Default: they do, except where `auth` lets callers claim any name.',
  }),
  otlp: z
    .strictObject({
      endpoint: z
        .string()
        .refine(isPlainUrl, { error: 'must be a URL such as "http://collector:4318", without a user, a password or a query' })
        .meta({
          description: 'Base URL of an OpenTelemetry collector that takes OTLP over HTTP: records are posted to `/v1/logs` below it.',
        }),
      headersFile: z.string().min(1).optional().meta({
        description: 'A file of header fields to send, one `Name: value` a line. It is read again for each batch, and never logged.',
      }),
    })
    .optional()
    .meta({ description: 'A collector that audit records go to as well.' }),
});

/** What stands in a URL beside the address could be a secret, and the address is logged. */
function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}
