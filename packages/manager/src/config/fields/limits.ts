import { duration, formatDuration, z } from '@switchyard/config';
import { fixedManagerLimits, managerLimits, type ManagerLimitName, type ManagerLimits } from '../../limits.ts';

/** `limits` where the manager runs standalone. */
export const limits: z.ZodType<ManagerLimits> = createLimits({ drainGraceMs: managerLimits.drainGraceMs.value, inCluster: false });

/** `limits` in a cluster, where callers go on sending to a manager that was told to stop until every node has heard of it. */
export const clusterLimits: z.ZodType<ManagerLimits> = createLimits({
  drainGraceMs: fixedManagerLimits.clusterDrainGraceMs.value,
  inCluster: true,
});

function createLimits({ drainGraceMs, inCluster }: { readonly drainGraceMs: number; readonly inCluster: boolean }) {
  const idleLifetime = limitDuration('idleLifetimeMs', { minMs: 0, ...(inCluster ? {} : { valueMs: 0 }) });
  return z
    .strictObject({
      hold: limitDuration('holdMs', { minMs: 0 }),
      heldPerIntercept: limitCount('heldPerIntercept'),
      lifetime: limitDuration('lifetimeMs'),
      awayLifetime: limitDuration('awayLifetimeMs'),
      expiryWarning: limitDuration('expiryWarningMs', { minMs: 0 }),
      idleLifetime: idleLifetime.refine((value) => inCluster || value === 0, { error: 'has a meaning only in a cluster' }),
      interceptsPerOwner: limitCount('interceptsPerOwner'),
      sessionsPerOwner: limitCount('sessionsPerOwner'),
      drainGrace: limitDuration('drainGraceMs', { minMs: 0, valueMs: drainGraceMs }),
    })
    .transform(({ hold, lifetime, awayLifetime, expiryWarning, idleLifetime, drainGrace, ...counts }) => ({
      ...counts,
      holdMs: hold,
      lifetimeMs: lifetime,
      awayLifetimeMs: awayLifetime,
      expiryWarningMs: expiryWarning,
      idleLifetimeMs: idleLifetime,
      drainGraceMs: drainGrace,
    }));
}

function limitDuration(name: ManagerLimitName, { minMs, valueMs }: { readonly minMs?: number; readonly valueMs?: number } = {}) {
  const { value, about } = managerLimits[name];
  return duration(minMs === undefined ? {} : { minMs })
    .prefault(formatDuration(valueMs ?? value))
    .meta({ description: about });
}

function limitCount(name: ManagerLimitName) {
  const { value, about } = managerLimits[name];
  return z.number().int().min(1).max(100_000).default(value).meta({ description: about });
}
