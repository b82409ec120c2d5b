import { parseDocument, z } from '@switchyard/config';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Schema } from './structural-schema.ts';

/** A CustomResourceDefinition, as far as the tests look at it. */
export interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string; readonly categories: readonly string[] };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema & { readonly properties: { readonly spec: Schema; readonly status: Schema } } };
    }[];
  };
}

const folder = join(import.meta.dirname, '../../deploy/charts/switchyard-cluster/files/crds');

/** The definition of a resource type, by its plural. */
export async function readDefinition(plural: string): Promise<Definition> {
  const file = join(folder, `${plural}.yaml`);
  return parseDocument(await readFile(file, 'utf8'), file, z.unknown()) as Definition;
}

/** The schema of the one version that a definition has. */
export function schemaOf({ spec }: Definition): Definition['spec']['versions'][number]['schema']['openAPIV3Schema'] {
  const [version, ...others] = spec.versions;
  if (version === undefined || others.length > 0) throw new Error(`${spec.names.plural} has not one version.`);
  return version.schema.openAPIV3Schema;
}
