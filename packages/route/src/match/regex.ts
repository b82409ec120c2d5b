import { InterceptError } from '@switchyard/contract';
import { RE2JS, RE2JSSyntaxException, RE2Set } from 're2js';
import { routeLimits } from '../limits.ts';

/** Whether a text matches as a whole. */
export type TextTest = (text: string) => boolean;

/**
 * Compiles an expression of RE2 syntax, which is matched in time linear to the text. Throws `bad_usage`, naming what is wrong and where.
 */
export function compileRegex(source: string): TextTest {
  const { regexSteps } = routeLimits;
  const steps = parse(source).programSize();
  if (steps > regexSteps.value) {
    throw new InterceptError(
      'bad_usage',
      `The regular expression "${source}" compiles to ${steps} steps, and at most ${regexSteps.value} are allowed.`,
      {
        hint: 'Repeat less: {1,100} counts as a hundred copies.',
      },
    );
  }
  return toTest(source);
}

/** As a set of one: of the library's matchers it alone takes a bound for the states that it remembers, which are many MB otherwise. */
function toTest(source: string): TextTest {
  const set = new RE2Set(RE2Set.ANCHOR_BOTH, RE2JS.DOTALL, routeLimits.regexStateBytes.value);
  set.add(source);
  set.compile();
  return (text) => set.match(text).length > 0;
}

function parse(source: string): RE2JS {
  if (!/^[ -~]*$/.test(source)) {
    throw new InterceptError('bad_usage', `The regular expression "${source}" holds a character that is not ASCII.`, {
      hint: 'Requests are matched byte by byte: let "." stand for each byte, or compare the whole text or its beginning.',
    });
  }
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    throw new InterceptError('bad_usage', `"${source}" is not a regular expression: ${cause.error}${toPlace(source, cause.input)}.`, {
      hint: 'The syntax is that of RE2: there are no look-arounds and no back-references.',
      cause,
    });
  }
}

/** Where `part`, which the library complains about, stands; nothing where that is the whole expression. */
function toPlace(source: string, part: string | null): string {
  const at = part === null ? -1 : source.indexOf(part);
  return at === -1 || part === source ? '' : `, at character ${at + 1} ("${part}")`;
}
