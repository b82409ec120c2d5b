import { toJsonSchema, type JsonSchema } from '@switchyard/config';
import { managerSchema } from './schema.ts';

/** The JSON Schema of `manager.yaml`, for editors. `schema/manager.schema.json` holds it. */
export function createManagerJsonSchema(): JsonSchema {
  return toJsonSchema(managerSchema, {
    id: 'https://switchyard.dev/schemas/v1/manager.schema.json',
    title: 'Switchyard manager configuration',
  });
}
