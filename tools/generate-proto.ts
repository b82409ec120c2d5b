/**
 * Lints `proto/` and writes its TypeScript into `packages/wire/src/generated`.
 * With `--check` it writes nothing, and fails where what is committed differs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const wire = join(root, 'packages/wire');
const bin = join(wire, 'node_modules/.bin');

function buf(...args: string[]): void {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  execFileSync(join(bin, 'buf'), args, { cwd: root, env, stdio: 'inherit' });
}

function generate(into: string): void {
  buf('generate', '--template', 'proto/buf.gen.yaml', '--output', into);
}

function readTree(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [path.slice(folder.length), readFileSync(path, 'utf8')];
    }),
  );
}

function findDifferences(): string[] {
  const fresh = mkdtempSync(join(tmpdir(), 'switchyard-proto-'));
  try {
    generate(fresh);
    const wanted = readTree(join(fresh, 'src/generated'));
    const committed = readTree(join(wire, 'src/generated'));
    return [...new Set([...wanted.keys(), ...committed.keys()])].filter((path) => wanted.get(path) !== committed.get(path));
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

buf('lint', 'proto');
buf('format', '--diff', '--exit-code', 'proto');
if (process.argv.includes('--check')) {
  const differences = findDifferences();
  if (differences.length > 0) {
    process.stderr.write(
      `packages/wire/src/generated is not what proto/ gives: ${differences.join(', ')}. Run: node tools/generate-proto.ts\n`,
    );
    process.exitCode = 1;
  }
} else {
  generate(wire);
}
