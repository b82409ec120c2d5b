/** A part of a structural schema, as far as our definitions use the language. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** What the API server would refuse, or drop, of `value`; a line each. Rules in CEL are left to the cluster. */
export function findMistakes(schema: Schema, value: unknown, path: string): readonly string[] {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
  if (schema.enum !== undefined) return schema.enum.includes(String(value)) ? [] : [`${path}: ${String(value)} is not of the enumeration`];
  if (typeof value === 'string') return findInText(schema, value, path);
  if (typeof value === 'number') return findInNumber(schema, value, path);
  if (typeof value === 'boolean') return schema.type === 'boolean' ? [] : [`${path}: a boolean`];
  if (Array.isArray(value)) return findInList(schema, value, path);
  return findInObject(schema, Object.entries(value as object), path);
}

function findInText(
  { type, pattern = '', minLength = 0, maxLength = 0, ...schema }: Schema,
  value: string,
  path: string,
): readonly string[] {
  if (type !== 'string' && schema['x-kubernetes-int-or-string'] !== true) return [`${path}: a string`];
  const fits = new RegExp(pattern).test(value) && value.length >= minLength && value.length <= maxLength;
  return fits ? [] : [`${path}: ${value} does not fit`];
}

function findInNumber({ type, minimum, maximum, ...schema }: Schema, value: number, path: string): readonly string[] {
  if (type !== 'integer' && type !== 'number' && schema['x-kubernetes-int-or-string'] !== true) return [`${path}: a number`];
  return value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity) ? [] : [`${path}: ${value} does not fit`];
}

function findInList({ items, maxItems = 0 }: Schema, value: readonly unknown[], path: string): readonly string[] {
  if (items === undefined) return [`${path}: a list`];
  const tooMany = value.length > maxItems ? [`${path}: too many`] : [];
  return [...tooMany, ...value.flatMap((item, index) => findMistakes(items, item, `${path}[${index}]`))];
}

function findInObject(schema: Schema, fields: readonly (readonly [string, unknown])[], path: string): readonly string[] {
  if (schema.type !== 'object') return [`${path}: an object`];
  const missing = (schema.required ?? []).filter((name) => !fields.some(([field]) => field === name));
  const wrong = fields.flatMap(([name, value]) => {
    const field = schema.properties?.[name] ?? schema.additionalProperties;
    return field === undefined ? [`${path}.${name}: unknown`] : findMistakes(field, value, `${path}.${name}`);
  });
  return [...missing.map((name) => `${path}.${name}: missing`), ...wrong];
}

/** Every part of a schema with its path; the elements of a list are `[0]`. */
export function listParts(schema: Schema, path: string): readonly (readonly [path: string, part: Schema])[] {
  const below = [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => listParts(field, `${path}.${name}`)),
    ...(schema.items === undefined ? [] : listParts(schema.items, `${path}[0]`)),
    ...(schema.additionalProperties === undefined ? [] : listParts(schema.additionalProperties, `${path}.*`)),
  ];
  return [[path, schema], ...below];
}
