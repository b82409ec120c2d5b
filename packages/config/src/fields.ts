import { isLabel } from '@switchyard/contract';
import { z } from 'zod';
import { durationPattern, parseDuration } from './duration.ts';

const addressPattern = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/;

/** A parsed `HOST:PORT`; an IPv6 host stands without its brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A DNS label: 1 to 63 lower-case letters, digits and inner hyphens. */
export const label: z.ZodType<string, string> = z
  .string()
  .max(63)
  .refine(isLabel, { error: 'must be 1 to 63 lower-case letters, digits and inner hyphens' })
  .meta({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' });

/** A TCP port to reach something at: 1 to 65535. */
export const portNumber: z.ZodType<number, number> = z.number().int().min(1).max(65_535);

/** A duration such as `8h` or `1h30m`, as milliseconds; at least `minMs` (default 1). */
export function duration({ minMs = 1 }: { readonly minMs?: number } = {}): z.ZodType<number, string> {
  return z
    .string()
    .meta({ pattern: durationPattern, examples: ['8h', '1h30m', '10s'] })
    .transform((text, context) => {
      const parsedMs = parseDuration(text);
      if (parsedMs !== undefined && parsedMs >= minMs) return parsedMs;
      context.addIssue({ code: 'custom', message: 'must be a duration such as 8h, 1h30m, 10s or 250ms' });
      return z.NEVER;
    });
}

/** `HOST:PORT` to listen at: port 0 lets the system choose. */
export const listenAddress: z.ZodType<Address, string> = address(0);

/** `HOST:PORT` to connect to. */
export const dialAddress: z.ZodType<Address, string> = address(1);

function address(minPort: number): z.ZodType<Address, string> {
  return z
    .string()
    .meta({ pattern: addressPattern.source, examples: ['127.0.0.1:8080'] })
    .transform((text, context) => {
      const match = addressPattern.exec(text);
      const host = match?.[1] ?? match?.[2];
      const port = Number(match?.[3]);
      if (host !== undefined && port >= minPort && port <= 65_535) return { host, port };
      context.addIssue({ code: 'custom', message: `must be HOST:PORT with a port from ${minPort} to 65535, such as 127.0.0.1:8080` });
      return z.NEVER;
    });
}
