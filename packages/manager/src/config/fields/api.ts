import { z } from '@switchyard/config';
import { fixedManagerLimits } from '../../limits.ts';
import type { ManagerConfig } from '../manager-config.ts';

const file = z.string().min(1);

const tlsFiles = z.strictObject({
  certFile: file.meta({ description: 'The certificate in PEM, and after it those that lead to its authority.' }),
  keyFile: file.meta({ description: 'Its key in PEM, without a password.' }),
  clientCaFile: file
    .optional()
    .meta({ description: 'The authority, in PEM, of the certificates that callers must show. Default: they need none.' }),
});

/** `tls`: who ends it. */
export const tls: z.ZodType<NonNullable<ManagerConfig['tls']>> = z.union([tlsFiles, z.literal('elsewhere')]);

const hostName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, { error: 'must be a host name in lower case, without a port' });

/** `api`. */
export const api: z.ZodType<ManagerConfig['api']> = z.strictObject({
  hosts: z
    .array(hostName)
    .max(fixedManagerLimits.apiHosts.value)
    .default([])
    .meta({ description: 'Names that the API over HTTP answers to, beside loopback and the address that was dialled.' }),
});
