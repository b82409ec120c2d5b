import { checkData, parseStream, z } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import type { Policy, Selection } from './policy.ts';
import { selectionSchema, specSchema } from './schema.ts';

const everything: Selection = { subjects: [{ kind: 'Group', name: 'system:authenticated' }], services: ['*'] };

/**
 * The policy of an object, whatever its `spec` is. One that makes no sense to this version is broken: it selects what it can be read to
 * select, else everybody and everything, and grants nothing.
 */
export function readPolicy(name: string, spec: unknown): Policy {
  try {
    return { t: 'sound', name, ...checkData(spec, specSchema, { what: 'Its spec', hint: '' }) };
  } catch (reason) {
    const selection = selectionSchema.safeParse(spec);
    return { t: 'broken', name, selection: selection.success ? selection.data : everything, mistake: InterceptError.from(reason).message };
  }
}

const objectSchema = z.strictObject({
  apiVersion: z.literal('switchyard.dev/v1alpha1'),
  kind: z.literal('InterceptPolicy'),
  metadata: z.looseObject({
    name: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, { error: 'must be lower-case letters, digits and inner hyphens' }),
  }),
  spec: specSchema,
});

/** The policies of a file of YAML documents. Throws `bad_config`, naming every mistake with its line; a policy of a name twice is one too. */
export function parsePolicies(text: string, file: string): readonly Policy[] {
  const policies = parseStream(text, file, objectSchema).map(({ metadata: { name }, spec }): Policy => ({ t: 'sound', name, ...spec }));
  const twice = policies.find(({ name }, index) => policies.findIndex((other) => other.name === name) !== index);
  if (twice === undefined) return policies;
  throw new InterceptError('bad_config', `${file} has the policy "${twice.name}" twice.`, { detail: { file } });
}
