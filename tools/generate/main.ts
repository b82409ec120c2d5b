// `pnpm generate`: brings every generated file up to date. `pnpm check:generated` only compares.
import { join } from 'node:path';
import process from 'node:process';
import { findStale, generateFiles, writeFiles } from './generate.ts';

const root = join(import.meta.dirname, '..', '..');
const { files, failures } = await generateFiles(root);
const stale = await findStale(root, files);
await writeFiles(root, stale);
for (const file of stale) console.log(`wrote ${file.path}`);
console.log(`${files.length} generated files, ${stale.length} of them changed`);
for (const { message } of failures) console.error(`error: ${message}`);
process.exitCode = failures.length === 0 ? 0 : 1;
