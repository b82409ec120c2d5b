// `pnpm advisories [--registry URL]`: whether any dependency has a known vulnerability. Exit code 0: none; 1: some, each is named; 3: nobody
// answered, so that nothing is known.
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { auditDependencies } from './audit.ts';

const { values } = parseArgs({ options: { registry: { type: 'string' } } });
const audit = await auditDependencies(join(import.meta.dirname, '..', '..'), values.registry);
if (audit.t === 'unanswered') {
  console.error(`advisories: unanswered, so that nothing is known about the dependencies (${audit.reason})`);
  process.exitCode = 3;
} else {
  for (const { name, versions, severity, title, url } of audit.advisories)
    console.log(`${severity} ${name} ${versions.join(', ')}: ${title} (${url})`);
  console.log(`advisories: ${audit.advisories.length}`);
  process.exitCode = audit.advisories.length === 0 ? 0 : 1;
}
