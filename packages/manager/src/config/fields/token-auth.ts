import { label, z } from '@switchyard/config';
import type { AuthConfig } from '../manager-config.ts';

const user = z.strictObject({
  name: label.meta({ description: 'The owner whom the token proves.' }),
  token: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, {
      error: 'must be "sha256:" and 64 lower-case hexadecimal digits; `switchyard-manager hash-token` makes it from a token',
    })
    .meta({ description: '`sha256:` and the hash of a random token, as `switchyard-manager hash-token` prints it.' }),
});

/** `auth` where the manager runs standalone. */
export const tokenAuth: z.ZodType<AuthConfig> = z
  .strictObject({
    mode: z
      .enum(['none', 'token'])
      .meta({ description: '`none`: the name that a caller claims is believed; `token`: a token decides it.' }),
    users: z.array(user).min(1).optional().meta({ description: 'Who may call, in mode token.' }),
  })
  .transform(({ mode, users }, context): AuthConfig => {
    if (mode === 'token' && users !== undefined) return { mode, users };
    if (mode === 'none' && users === undefined) return { mode };
    const message = mode === 'token' ? 'is missing: who may call, and their hashed tokens' : 'has no meaning in mode "none"';
    context.addIssue({ code: 'custom', path: ['users'], message });
    return z.NEVER;
  });
