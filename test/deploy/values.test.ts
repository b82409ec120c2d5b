import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

const root = join(import.meta.dirname, '../..');
const read = async (path: string): Promise<JsonSchema> => JSON.parse(await readFile(join(root, path), 'utf8')) as JsonSchema;

test.for(['limits', 'routing', 'api'])('the chart takes the same %s as manager.yaml', async (part) => {
  const values = await read('deploy/charts/switchyard/values.schema.json');
  const file = await read('packages/manager/schema/manager.schema.json');
  const names = (schema: JsonSchema | undefined): readonly string[] => Object.keys(schema?.properties[part]?.properties ?? {}).toSorted();
  expect(names(file)).not.toEqual([]);
  expect(names(values.properties['config'])).toEqual(names(file));
});
