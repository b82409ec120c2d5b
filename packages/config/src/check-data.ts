import { InterceptError } from '@switchyard/contract';
import type { z } from 'zod';
import { toMistakes } from './mistake.ts';

/**
 * Checks data that a program sent against `schema`; returns the schema's output, defaults filled in. `what` begins
 * the sentence: `The query`.
 * Throws `bad_usage`, which says the first mistake in the words of `parseDocument`.
 */
export function checkData<Schema extends z.ZodType>(
  data: unknown,
  schema: Schema,
  { what, hint }: { readonly what: string; readonly hint: string },
): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const [mistake] = toMistakes(result.error.issues, schema, data);
  throw new InterceptError(
    'bad_usage',
    `${what} is wrong: ${mistake?.text ?? 'it has no form that is known here'}.`.replace(/\?\.$/, '?'),
    {
      hint,
      cause: result.error,
    },
  );
}
