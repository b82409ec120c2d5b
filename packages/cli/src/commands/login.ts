import { formatDuration } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import type { ManagerInfo, SignIn } from '@switchyard/tunnel';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import type { Context } from '../context.ts';
import { openManager } from '../control/standalone/open-standalone.ts';
import { resolveSettings, type Setting, type Settings } from '../settings.ts';
import type { IssuedToken } from '../sign-in/issuer.ts';
import { toSignInPath, writeSignIn } from '../sign-in/sign-in-file.ts';
import { openToken } from '../token.ts';

/** `intercept login`: a person without a kubeconfig proves who they are. */
export const login: AnyCommand = defineCommand({
  metadata: {
    name: 'login',
    about: 'Sign in for a manager where you have no kubeconfig of its cluster',
    examples: [['$0 login --manager URL', 'shows an address and a code; you confirm it in any browser']],
  },
  positionals: {},
  options: projectOptions,
  behaviour: {},
  async handler(args, context) {
    const settings = { ...(await resolveSettings(context.host, args)), token: undefined };
    const named = settings.manager;
    if (named === undefined) {
      throw new InterceptError('bad_usage', 'It was not said which manager to sign in for.', { hint: 'Name it: --manager URL.' });
    }
    const { signIn } = await ask(context, settings, named);
    if (signIn === undefined) throw toNoSignIn(named.value);
    const issued = await signInAt(context, signIn);
    const owner = await findName(context, settings, { named, issued });
    const path = toSignInPath(context.host, named.value);
    const { issuer, clientId } = signIn;
    await writeSignIn(path, { manager: named.value.origin, issuer, clientId, ...issued });
    context.output.show({
      data: { manager: named.value.origin, user: owner, issuer },
      text: () => `signed in as ${owner}; use it with --manager ${named.value.origin}, or INTERCEPT_MANAGER`,
      plain: [[named.value.origin, owner]],
    });
    return 0;
  },
});

async function signInAt({ clock, host, output }: Context, signIn: SignIn): Promise<IssuedToken> {
  const { openIssuer } = await import('../sign-in/issuer.ts');
  const issuer = await openIssuer(clock, signIn);
  return issuer.signIn(
    signIn.scopes,
    ({ url, code, lifetimeMs }) =>
      // Without it nothing goes on, `--quiet` or not; and it is never opened by itself.
      output.warn(`open ${url} in a browser, and confirm the code ${code} within ${formatDuration(lifetimeMs)}`),
    host.signal,
  );
}

/** A sign-in that the manager does not take is none. */
async function findName(
  context: Context,
  settings: Settings,
  { named, issued }: { readonly named: Setting<URL>; readonly issued: IssuedToken },
): Promise<string> {
  const token = await openToken('sign-in', async () => issued.token);
  const { owner } = await ask(context, { ...settings, token }, named);
  if (owner !== undefined) return owner;
  throw new InterceptError('not_signed_in', `You have signed in, but the manager at ${named.value.host} does not take it.`, {
    hint: 'Ask the one who runs the manager to look into its log.',
  });
}

async function ask(context: Context, settings: Settings, named: Setting<URL>): Promise<ManagerInfo> {
  await using manager = openManager(context, settings, named);
  return await manager.info();
}

function toNoSignIn(manager: URL): InterceptError {
  return new InterceptError('not_signed_in', `The manager at ${manager.host} has nowhere to sign in.`, {
    hint: 'Use a kubeconfig of its cluster, or a file with a token: --token-file.',
  });
}
