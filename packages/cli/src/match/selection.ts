import { InterceptError, type Match, type Sharing } from '@switchyard/contract';
import { checkMatch, everything } from '@switchyard/route';
import type { ProjectIntercept } from '../project-file.ts';
import { toFlagMatch, type MatchArgs } from './match-options.ts';

/** Which requests are wanted, beside the service: what flags and the project file say of it. */
export interface Selection extends Sharing {
  /** Whether `match` alone decides. */
  readonly keyless: boolean;
  readonly match: Match;
}

/** The options of `matchOptions`, as a handler gets them. */
export interface SelectionArgs extends MatchArgs {
  readonly key: string | undefined;
  readonly 'no-key': boolean;
  readonly replace: boolean;
  readonly 'share-with': readonly string[] | undefined;
  readonly join: boolean;
}

/**
 * Flags over the project file: conditions of flags replace those of the file as a whole. Throws `bad_usage` for what no request can show.
 */
export function toSelection(args: SelectionArgs, project: ProjectIntercept | undefined): Selection {
  const flags = toFlagMatch(args);
  if (args.replace && flags !== undefined) {
    throw new InterceptError(
      'bad_usage',
      'To stand in for a service is to take all of its requests, so that no condition can choose among them.',
      {
        hint: 'Leave out --replace, or the conditions.',
      },
    );
  }
  const match = args.replace ? everything : checkMatch(flags ?? project?.match ?? []);
  const keyless = args['no-key'] || args.replace || project?.keyless === true;
  if (keyless && match.length === 0) {
    throw new InterceptError('bad_usage', 'Without a key and without a condition every request would be meant.', {
      hint: "Say whose requests you want, as in --header 'x-team=blue'; if really all of them, --replace.",
    });
  }
  const selection = {
    keyless,
    match,
    sharedWith: args['share-with'] ?? project?.shareWith ?? [],
    joins: args.join || project?.join === true,
  };
  if (keyless && (args.key !== undefined || selection.joins || selection.sharedWith.length > 0)) {
    throw new InterceptError('bad_usage', 'An intercept without a key has no key to name, to share or to join.', {
      hint: 'Leave out --no-key and --replace, or --key, --share-with and --join.',
    });
  }
  return selection;
}
