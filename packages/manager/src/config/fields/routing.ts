import { z } from '@switchyard/config';
import { defaultAliases, parseAlias } from '@switchyard/route';
import { fixedManagerLimits } from '../../limits.ts';
import type { ManagerConfig } from '../manager-config.ts';

const alias = z.string().max(128).refine(isAlias, {
  error: 'must be a header of its own ("x-my-key") or a member ("baggage:okteto-divert", "baggage:sd-*", "tracestate:intercept")',
});

/** `routing`. */
export const routing: z.ZodType<ManagerConfig['routing']> = z.strictObject({
  aliases: z
    .array(alias)
    .max(fixedManagerLimits.aliases.value)
    .default([...defaultAliases])
    .meta({ description: 'Further places where a key may stand, in the order in which they speak.' }),
});

function isAlias(text: string): boolean {
  try {
    parseAlias(text);
    return true;
  } catch {
    return false;
  }
}
