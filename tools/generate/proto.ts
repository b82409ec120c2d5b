import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { printed, runCommand } from '../check/command.ts';
import type { GeneratedFile, Generator } from './generated-file.ts';

const target = 'packages/wire/src/generated';

async function buf(root: string, ...args: string[]): Promise<void> {
  const bin = join(root, 'packages/wire/node_modules/.bin');
  const env = { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  const result = await runCommand(join(bin, 'buf'), args, { cwd: root, env });
  if (result.exitCode !== 0) throw new Error(`buf ${args.join(' ')} fails:\n${printed(result)}`);
}

async function listFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob('**/*.ts', { cwd: folder })) paths.push(path);
  return paths;
}

/** The TypeScript of `proto/`, after linting it; a file that it no longer gives is to be deleted. */
export const generateProto: Generator = async (root) => {
  await buf(root, 'lint', 'proto');
  await buf(root, 'format', '--diff', '--exit-code', 'proto');
  const fresh = await mkdtemp(join(tmpdir(), 'switchyard-proto-'));
  try {
    await buf(root, 'generate', '--template', 'proto/buf.gen.yaml', '--output', fresh);
    const wanted = await listFiles(join(fresh, 'src/generated'));
    const left = (await listFiles(join(root, target))).filter((path) => !wanted.includes(path));
    const files = wanted.map(async (path) => ({
      path: `${target}/${path}`,
      text: await readFile(join(fresh, 'src/generated', path), 'utf8'),
    }));
    return [...(await Promise.all(files)), ...left.map((path): GeneratedFile => ({ path: `${target}/${path}`, text: undefined }))];
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};
