import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { createManagerJsonSchema } from '@switchyard/manager';
import { generatedNote, type Generator } from './generated-file.ts';

/** The parts of a JSON Schema that a reference page shows. */
interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Field;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
}

function toCode(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function toListType({ minItems = 0, maxItems }: Field): string {
  return `list${maxItems === undefined ? '' : `, ${minItems} to ${maxItems.toLocaleString('en')}`}`;
}

function toType(field: Field): string {
  if (field.const !== undefined) return toCode(field.const);
  if (field.enum !== undefined) return field.enum.map(toCode).join(' or ');
  if (field.type === 'array') return toListType(field);
  if (field.type === 'object') return 'map';
  if (field.type === 'integer') return `${field.minimum?.toLocaleString('en')} to ${field.maximum?.toLocaleString('en')}`;
  if (field.examples !== undefined) return `such as ${field.examples.map(toCode).join(', ')}`;
  if (field.maxLength !== undefined) return `string, at most ${field.maxLength} characters`;
  return field.type ?? '';
}

function toDefault({ default: value }: Field, required: boolean): string {
  if (required) return 'required';
  return value === undefined || JSON.stringify(value) === '{}' ? '–' : toCode(value);
}

function toRows(path: string, field: Field, required: boolean): string[] {
  const row = `| \`${path}\` | ${toType(field)} | ${toDefault(field, required)} | ${field.description ?? ''} |`;
  const inner = field.type === 'array' ? { prefix: `${path}[].`, of: field.items } : { prefix: `${path}.`, of: field };
  const element = field.type === 'array' && field.items?.properties === undefined ? [] : toFieldRows(inner.prefix, inner.of);
  return [row, ...element];
}

function toFieldRows(prefix: string, field: Field | undefined): string[] {
  return Object.entries(field?.properties ?? {}).flatMap(([name, inner]) =>
    toRows(`${prefix}${name}`, inner, field?.required?.includes(name) ?? false),
  );
}

/** The JSON Schema of `manager.yaml`, as the sources of the repository at `root` have it. */
export async function readManagerSchema(root: string): Promise<Field> {
  const manager: unknown = await import(pathToFileURL(join(root, 'packages/manager/src/index.ts')).href);
  const { createManagerJsonSchema: create } = manager as { createManagerJsonSchema: typeof createManagerJsonSchema };
  return create();
}

const intro = [
  'The file that `switchyard-manager --config FILE` reads. [examples/standalone/manager.yaml](../../examples/standalone/manager.yaml) is one, and',
  '[manager.schema.json](../../packages/manager/schema/manager.schema.json) is its JSON Schema for editors. A field that is not listed here is refused,',
  'with the nearest right word. The manager reads the file when it starts; a change needs a restart.',
  '',
  'Names are DNS labels: 1 to 63 lower-case letters, digits and inner hyphens. Port 0 in an address to listen at is any free port.',
  'Two listeners may not share an address, no token may stand twice, and `auth.mode: none` needs `listen` on loopback.',
].join('\n');

/** `docs/reference/manager.md`, from the schema of `manager.yaml`. */
export const generateManagerFile: Generator = async (root) => {
  const rows = toFieldRows('', await readManagerSchema(root));
  const table = ['| field | what it holds | default | meaning |', '| --- | --- | --- | --- |', ...rows];
  const note = generatedNote('packages/manager/src/config/schema.ts');
  return [{ path: 'docs/reference/manager.md', text: ['# `manager.yaml`', '', note, '', intro, '', ...table, ''].join('\n') }];
};
