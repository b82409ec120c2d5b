import { z } from 'zod';

/** A JSON Schema (draft 2020-12) as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of what a person may write (before defaults and transforms); `id` is its `$id`. */
export function toJsonSchema(schema: z.ZodType, { id, title }: { readonly id: string; readonly title: string }): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { $schema, $id: id, title, ...rest };
}

/** The keys that an object may have at `path` of a document of `schema`: those of all its variants. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input' });
  let nodes = variantsOf(root, root);
  for (const step of path) {
    nodes = nodes.flatMap((node) => childrenOf(node, step)).flatMap((child) => variantsOf(child, root));
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

type SchemaNode = z.core.JSONSchema.BaseSchema;

/** `node` itself, or the alternatives that it stands for. */
function variantsOf(node: SchemaNode, root: SchemaNode): readonly SchemaNode[] {
  const name = node.$ref?.replace('#/$defs/', '');
  const referred = name === undefined ? undefined : root.$defs?.[name];
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? []), ...(referred === undefined ? [] : [referred])];
  return [node, ...variants.flatMap((variant) => (typeof variant === 'boolean' ? [] : variantsOf(variant, root)))];
}

function childrenOf(node: SchemaNode, step: PropertyKey): readonly SchemaNode[] {
  const child = typeof step === 'number' ? node.items : (node.properties?.[String(step)] ?? node.additionalProperties);
  if (Array.isArray(child)) return child.filter((item): item is SchemaNode => typeof item === 'object');
  return typeof child === 'object' ? [child] : [];
}
