// Writes schema/manager.schema.json: `pnpm --filter @switchyard/manager schema`.
import { writeFile } from 'node:fs/promises';
import { createManagerJsonSchema } from './json-schema.ts';

await writeFile(new URL('../../schema/manager.schema.json', import.meta.url), JSON.stringify(createManagerJsonSchema(), null, 2));
