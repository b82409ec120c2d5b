import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Version } from './programs.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly additionalProperties?: Schema;
}

interface Definition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** Drops what the definitions of a version do not know, as an API server on which they are installed does, in silence. */
export async function readPruning({ folder }: Version): Promise<<T extends { readonly kind: string }>(object: T) => T> {
  const crds = join(folder, 'deploy/charts/switchyard-cluster/files/crds');
  const files = await Promise.all(['intercepts', 'routedservices'].map((name) => readFile(join(crds, `${name}.yaml`), 'utf8')));
  const schemas = new Map(
    files.map((text) => {
      const { spec } = parse(text) as Definition;
      return [spec.names.kind, spec.versions[0]?.schema.openAPIV3Schema];
    }),
  );
  return (object) => {
    const { spec, status } = schemas.get(object.kind)?.properties ?? {};
    if (spec === undefined) return object;
    const parts = Object.entries({ spec, status }).flatMap(([name, schema]) => {
      const value = (object as Readonly<Record<string, unknown>>)[name];
      return value === undefined || schema === undefined ? [] : [[name, prune(schema, value)]];
    });
    return { ...object, ...Object.fromEntries(parts) };
  };
}

function prune(schema: Schema, value: unknown): unknown {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => prune(schema.items ?? {}, item));
  const { properties = {}, additionalProperties } = schema;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      const known = properties[name] ?? additionalProperties;
      return known === undefined ? [] : [[name, prune(known, field)]];
    }),
  );
}
