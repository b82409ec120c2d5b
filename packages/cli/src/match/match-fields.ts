import { z } from '@switchyard/config';
import { InterceptError, type Condition, type Match } from '@switchyard/contract';
import { checkMatch } from '@switchyard/route';
import { formatCondition, parseMethod, parseNamed, parsePath, parsePercent } from './condition-text.ts';

const forms = 'NAME=VALUE, NAME^=PREFIX, NAME~=REGEX, or NAME alone';

/** One word or a list of them, each read as its option on the command line. */
function words(parse: (word: string) => Condition) {
  return z.union([z.string(), z.array(z.string())]).transform((given, context): readonly Condition[] => {
    try {
      return (typeof given === 'string' ? [given] : given).map(parse);
    } catch (error) {
      context.addIssue(toIssue(error));
      return z.NEVER;
    }
  });
}

function toIssue(error: unknown): { readonly code: 'custom'; readonly message: string } {
  const { message, hint = '' } = InterceptError.from(error);
  return { code: 'custom', message: `makes no sense: ${message} ${hint}`.trim() };
}

const alternative = z
  .strictObject({
    header: words((word) => parseNamed('header', word))
      .optional()
      .describe(`Headers: ${forms}.`),
    query: words((word) => parseNamed('query', word))
      .optional()
      .describe(`Members of the query: ${forms}.`),
    cookie: words((word) => parseNamed('cookie', word))
      .optional()
      .describe(`Cookies: ${forms}.`),
    path: words(parsePath).optional().describe('Paths: /PATH and below, =/PATH alone, or ~REGEX.'),
    method: words(parseMethod).optional().describe('The method.'),
    percent: z
      .number()
      .min(0.01)
      .max(100)
      .transform((percent) => [parsePercent(String(percent))])
      .optional()
      .describe('A share of the requests.'),
  })
  .transform((fields, context): readonly Condition[] => {
    const conditions = Object.values(fields).flatMap((given: readonly Condition[] | undefined) => given ?? []);
    if (conditions.length > 0) return conditions;
    context.addIssue({ code: 'custom', message: 'says nothing, so that every request would be meant; name a header, path, method, …' });
    return z.NEVER;
  });

/** `match` of an intercept in a file: requests that show all of any one alternative. What no manager would take is refused with its place. */
export const matchField: z.ZodType<Match> = z
  .array(alternative)
  .min(1)
  .transform((match, context): Match => {
    try {
      return checkMatch(match);
    } catch (error) {
      context.addIssue(toIssue(error));
      return z.NEVER;
    }
  });

/** A match as a file says it. */
export function toMatchFields(match: Match): readonly Readonly<Record<string, unknown>>[] {
  return match.map((conditions) =>
    Object.fromEntries(Object.entries(Object.groupBy(conditions, ({ t }) => t)).map(([kind, those]) => [kind, toField(those)])),
  );
}

function toField(conditions: readonly Condition[]): unknown {
  const [first, second] = conditions;
  if (first?.t === 'percent') return first.percent;
  return first === undefined || second !== undefined ? conditions.map(formatCondition) : formatCondition(first);
}
