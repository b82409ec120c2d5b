import { InterceptError } from '@switchyard/contract';
import type { Context } from '../context.ts';
import { choose } from '../local/choose.ts';

/**
 * Whether `what` is meant: asks the person at the terminal, unless `yes`: it was said already. Throws `bad_usage` where nobody can be
 * asked.
 */
export async function confirm({ host, output }: Pick<Context, 'host' | 'output'>, what: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (host.stdin.isTTY !== true || host.stderr.isTTY !== true) {
    throw new InterceptError('bad_usage', `${what}, and nobody at a terminal can be asked.`, {
      hint: 'Say --yes to go on without being asked, or --dry-run to only see it.',
    });
  }
  if ((await choose(host, `${what}. Go on?`, ['no, change nothing', 'yes'], host.signal)) === 1) return true;
  output.say('nothing was changed');
  return false;
}
