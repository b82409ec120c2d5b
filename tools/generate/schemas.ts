import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { toProjectJsonSchema } from '@switchyard/cli';
import type { createManagerJsonSchema, openApi } from '@switchyard/manager';
import type { GeneratedFile, Generator } from './generated-file.ts';

function toFile(path: string, schema: object): GeneratedFile {
  return { path, text: JSON.stringify(schema, undefined, 2) };
}

/** The JSON Schemas of the configuration files, for editors, and the document of the API over HTTP. */
export const generateSchemas: Generator = async (root) => {
  const open = (path: string): Promise<unknown> => import(pathToFileURL(join(root, path)).href);
  const cli = (await open('packages/cli/src/index.ts')) as { toProjectJsonSchema: typeof toProjectJsonSchema };
  const manager = (await open('packages/manager/src/index.ts')) as {
    createManagerJsonSchema: typeof createManagerJsonSchema;
    openApi: typeof openApi;
  };
  return [
    toFile('packages/cli/schema/intercepts.schema.json', cli.toProjectJsonSchema()),
    toFile('packages/manager/schema/manager.schema.json', manager.createManagerJsonSchema()),
    toFile('docs/reference/openapi.json', manager.openApi),
  ];
};
