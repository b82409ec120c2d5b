import { appendFileSync } from 'node:fs';
import process from 'node:process';

/** Prints what was seen, and adds it to the file that `E2E_EVIDENCE` names, where one is named. */
export function evidence(what: string, facts: Readonly<Record<string, string | number | boolean>>): void {
  const line = `${what}: ${Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}`;
  console.log(`    ${line}`);
  const file = process.env['E2E_EVIDENCE'];
  if (file !== undefined) appendFileSync(file, `- ${line}\n`);
}
