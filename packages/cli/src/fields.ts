import { z } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { toManagerUrl } from './values.ts';

/** The version of every file format that this program reads. */
export const formatVersion = 'switchyard.dev/v1';

/** A manager's address in a file. */
export const managerUrl: z.ZodType<URL, string> = z
  .string()
  .meta({ examples: ['http://127.0.0.1:7480'] })
  .transform((text, context) => {
    try {
      return toManagerUrl(text);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: `must be http://HOST:PORT or https://HOST:PORT, not ${InterceptError.from(error).message.split(' ', 1)[0]}`,
      });
      return z.NEVER;
    }
  });
