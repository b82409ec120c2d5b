import { z } from '@switchyard/config';

/** What every `manager.yaml` begins with. */
export const head: { readonly apiVersion: z.ZodType<'switchyard.dev/v1'>; readonly kind: z.ZodType<'Manager'> } = {
  apiVersion: z.literal('switchyard.dev/v1').meta({ description: 'The version of this format.' }),
  kind: z.literal('Manager').meta({ description: 'What the file configures.' }),
};
