import { InterceptError } from '@switchyard/contract';
import { readFile } from 'node:fs/promises';
import { validateHeaderName, validateHeaderValue } from 'node:http';

/**
 * The header fields in a file: one `Name: value` a line, empty lines between them mean nothing. Rejects with `bad_config`, which never
 * repeats what stands in the file.
 */
export async function readOtlpHeaders(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new InterceptError('bad_config', `The file ${file} with the headers for audit records cannot be read (${code}).`);
  });
  const lines = text.split(/\r?\n/).map((line, index) => ({ line, number: index + 1 }));
  return Object.fromEntries(lines.filter(({ line }) => line.trim() !== '').map(({ line, number }) => toField(file, line, number)));
}

function toField(file: string, line: string, number: number): readonly [string, string] {
  const colon = line.indexOf(':');
  const [name, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  try {
    if (colon < 0) throw new Error('no colon');
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return [name, value];
  } catch {
    // The cause would show the value.
    throw new InterceptError('bad_config', `Line ${number} of ${file} is no header field: it must be "Name: value".`);
  }
}
