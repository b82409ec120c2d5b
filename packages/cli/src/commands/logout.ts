import { InterceptError } from '@switchyard/contract';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import type { Context } from '../context.ts';
import { resolveSettings } from '../settings.ts';
import { withFileLock } from '../sign-in/file-lock.ts';
import { readSignIn, removeSignIn, toSignInPath, type SignIn } from '../sign-in/sign-in-file.ts';

/** `intercept logout`: forgets a sign-in. */
export const logout: AnyCommand = defineCommand({
  metadata: {
    name: 'logout',
    about: 'Forget the sign-in for a manager, and make it worthless where that can be done',
    examples: [['$0 logout --manager URL', 'forget it']],
  },
  positionals: {},
  options: projectOptions,
  behaviour: {},
  async handler(args, context) {
    const { manager } = await resolveSettings(context.host, args);
    if (manager === undefined) {
      throw new InterceptError('bad_usage', 'It was not said which manager to sign out of.', { hint: 'Name it: --manager URL.' });
    }
    const { origin } = manager.value;
    const path = toSignInPath(context.host, manager.value);
    const was = await withFileLock(context.clock, path, async () => {
      const signIn = await readSignIn(path).catch(() => undefined);
      await removeSignIn(path);
      return signIn;
    });
    if (was !== undefined) await revoke(context, was);
    context.output.show({
      data: { manager: origin, signedIn: was !== undefined },
      text: () => (was === undefined ? `you were not signed in for ${origin}` : `signed out of ${origin}`),
      plain: [[origin]],
    });
    return 0;
  },
});

/** What lay here is gone in any case; what the issuer still takes, it says itself. */
async function revoke({ clock, output }: Context, { refreshToken, ...client }: SignIn): Promise<void> {
  if (refreshToken === undefined) return;
  try {
    const { openIssuer } = await import('../sign-in/issuer.ts');
    const issuer = await openIssuer(clock, client);
    if (!(await issuer.revoke(refreshToken)))
      output.say(`${new URL(client.issuer).host} offers no way to revoke a sign-in; it runs out there`);
  } catch (reason) {
    output.warn(`the sign-in is forgotten here, but was not revoked: ${InterceptError.from(reason).message}`);
  }
}
