import { z } from '@switchyard/config';
import { compileCondition, type CompiledCondition } from './condition.ts';
import { policyLimits } from './limits.ts';
import { matchKinds, modes, targets, type Grant, type GrantedLifetime, type Restriction, type Selection } from './policy.ts';
import { createSchedule, days, type Schedule } from './schedule.ts';

const name = z.string().min(1).max(512);

const subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['User', 'Group']), name }),
  z.strictObject({ kind: z.literal('ServiceAccount'), name, namespace: z.string().min(1).max(63) }),
]);

const service = z.string().regex(/^(?:\*|[a-z0-9][-a-z0-9]{0,61}\*|[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$/, {
  error: 'must be the name of a service, the beginning of names and a star ("orders-*"), or "*"',
});

const selection = {
  subjects: z.array(subject).min(1).max(64),
  services: z.array(service).min(1).max(256),
};

const minute = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, { error: 'must be a time such as "08:00"' });

const schedule = z
  .strictObject({
    timeZone: z.string().min(1).max(64),
    days: z
      .array(z.enum(days))
      .min(1)
      .max(7)
      .default([...days]),
    from: minute,
    to: z.union([minute, z.literal('24:00')], { error: 'must be a time such as "18:00", at the latest "24:00"' }),
  })
  .transform((hours, context): Schedule => {
    try {
      return createSchedule(hours);
    } catch {
      context.addIssue({
        code: 'custom',
        path: ['timeZone'],
        message: 'must be a name of the time zone database, such as "Europe/Zurich"',
      });
      return z.NEVER;
    }
  });

const condition = z
  .strictObject({ expression: z.string().min(1), message: z.string().min(1).max(512).optional() })
  .transform(({ expression, message }, context): CompiledCondition => {
    try {
      return compileCondition(expression, message);
    } catch (reason) {
      context.addIssue({ code: 'custom', path: ['expression'], message: reason instanceof Error ? reason.message : String(reason) });
      return z.NEVER;
    }
  });

const connect = z
  .strictObject({
    host: z.string().min(1).max(253).optional(),
    cidr: z.union([z.cidrv4(), z.cidrv6()], { error: 'must be a network such as "10.0.0.0/8"' }).optional(),
    ports: z.array(z.number().int().min(1).max(65_535)).max(64).optional(),
  })
  .refine(({ host, cidr }) => (host === undefined) !== (cidr === undefined), { error: 'names either a host or a cidr' });

const seconds = z.number().int().min(1).max(28_800);

const lifetime = z
  .strictObject({ defaultSeconds: seconds.optional(), maxSeconds: seconds.optional() })
  .refine(({ defaultSeconds = 0, maxSeconds = Infinity }) => defaultSeconds <= maxSeconds, {
    error: 'has a default that is longer than the longest',
  });

const count = z.number().int().min(0).max(100_000);

/** Whom and what a policy selects. */
export const selectionSchema: z.ZodType<Selection> = z.object(selection);

/** What a grant may say; a field that is absent means something else to a policy than to a restriction. */
const grantFields = {
  modes: z.array(z.enum(modes)).max(3).optional(),
  matchKinds: z.array(z.enum(matchKinds)).max(8).optional(),
  targets: z.array(z.enum(targets)).max(3).optional(),
  lifetime: lifetime.default({}),
  schedule: schedule.optional(),
  conditions: z.array(condition).max(policyLimits.conditions.value).default([]),
};

/** `spec` of an InterceptPolicy, as what it selects and what it grants. */
export const specSchema: z.ZodType<{ readonly selection: Selection; readonly grant: Grant }> = z
  .strictObject({
    ...selection,
    ...grantFields,
    // Nothing asks for these two yet.
    urls: z
      .array(
        z
          .string()
          .max(253)
          .regex(/^https?:\/\/[^/\s?#@]+$/, { error: 'must be an origin such as "https://preview.example.com"' }),
      )
      .max(64)
      .optional(),
    connect: z.array(connect).max(64).optional(),
    interceptsPerUser: count.optional(),
    interceptsPerService: count.optional(),
    approval: z.enum(['Required', 'NotRequired']).default('NotRequired'),
    allowBehindNetworkPolicy: z.boolean().default(false),
  })
  .transform(({ subjects, services, ...fields }) => ({
    selection: { subjects, services },
    grant: {
      modes: fields.modes ?? ['Intercept'],
      matchKinds: fields.matchKinds ?? ['Key'],
      targets: fields.targets ?? ['Tunnel', 'Pod'],
      lifetime: toLifetime(fields.lifetime),
      interceptsPerUser: fields.interceptsPerUser,
      interceptsPerService: fields.interceptsPerService,
      schedule: fields.schedule,
      needsApproval: fields.approval === 'Required',
      conditions: fields.conditions,
      allowsBehindNetworkPolicy: fields.allowBehindNetworkPolicy,
    },
  }));

/** What a project allows of what is allowed anyway: a field that is absent restricts nothing. */
export const restrictionSchema: z.ZodType<Restriction> = z
  .strictObject({ services: selection.services.optional(), ...grantFields })
  .transform(({ services = ['*'], ...fields }) => ({
    services,
    grant: {
      modes: fields.modes ?? modes,
      matchKinds: fields.matchKinds ?? matchKinds,
      targets: fields.targets ?? targets,
      lifetime: toLifetime(fields.lifetime),
      interceptsPerUser: undefined,
      interceptsPerService: undefined,
      schedule: fields.schedule,
      needsApproval: false,
      conditions: fields.conditions,
      allowsBehindNetworkPolicy: false,
    },
  }));

function toLifetime({ defaultSeconds, maxSeconds }: z.output<typeof lifetime>): GrantedLifetime {
  return { defaultMs: toMs(defaultSeconds), maxMs: toMs(maxSeconds) };
}

function toMs(whole: number | undefined): number | undefined {
  return whole === undefined ? undefined : whole * 1_000;
}
