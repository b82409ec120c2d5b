import type { Condition, Match } from '@switchyard/contract';
import type { FlagOption, ListOption, ValueOption } from '../command.ts';
import { parseMethod, parseNamed, parsePath, parsePercent } from './condition-text.ts';
import { parseOwners } from './owners.ts';

const forms = 'NAME=VALUE, NAME^=PREFIX, NAME~=REGEX, or NAME alone; may be repeated';

/** Options that say which requests are meant beside those with the key, and with whom the key is shared. */
export const matchOptions: {
  readonly header: ListOption<Condition>;
  readonly query: ListOption<Condition>;
  readonly cookie: ListOption<Condition>;
  readonly path: ListOption<Condition>;
  readonly method: ValueOption<Condition>;
  readonly percent: ValueOption<Condition>;
  readonly 'no-key': FlagOption;
  readonly replace: FlagOption;
  readonly 'share-with': ValueOption<readonly string[]>;
  readonly join: FlagOption;
} = {
  header: {
    about: `only requests with this header: ${forms}`,
    value: 'CONDITION',
    many: true,
    parse: (text) => parseNamed('header', text),
  },
  query: {
    about: 'only requests with this in their query, as --header',
    value: 'CONDITION',
    many: true,
    parse: (text) => parseNamed('query', text),
  },
  cookie: {
    about: 'only requests with this cookie, as --header',
    value: 'CONDITION',
    many: true,
    parse: (text) => parseNamed('cookie', text),
  },
  path: {
    about: 'only requests for /PATH and below, =/PATH alone, or ~REGEX; may be repeated',
    value: 'CONDITION',
    many: true,
    parse: parsePath,
  },
  method: { about: 'only requests with this method', value: 'METHOD', parse: parseMethod },
  percent: { about: 'only this share of the requests, the same ones each time', value: 'N', parse: parsePercent },
  'no-key': { about: 'do without a key: the conditions alone decide, where the manager allows it' },
  replace: { about: 'stand in for the service: all of its requests, but those that a key sends elsewhere, where the manager allows it' },
  'share-with': { about: 'who may intercept other services with your key: their names, or *', value: 'OWNER,...', parse: parseOwners },
  join: { about: "use a key that is somebody else's, who shares it with you" },
};

/** What those options were given. */
export interface MatchArgs {
  readonly header: readonly Condition[];
  readonly query: readonly Condition[];
  readonly cookie: readonly Condition[];
  readonly path: readonly Condition[];
  readonly method: Condition | undefined;
  readonly percent: Condition | undefined;
}

/** The one alternative that the options say; undefined where they say nothing. */
export function toFlagMatch({ header, query, cookie, path, method, percent }: MatchArgs): Match | undefined {
  const single = [method, percent].filter((condition) => condition !== undefined);
  const conditions = [...header, ...query, ...cookie, ...path, ...single];
  return conditions.length === 0 ? undefined : [conditions];
}
