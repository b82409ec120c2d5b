import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, type IssuedCertificate, type TestAuthority } from '@switchyard/testkit';
import { findFreePort } from '../support/programs.ts';

/** A kind of ingress: a program, and how it is told what to do. */
export interface IngressKind {
  readonly name: string;
  /** Shows whether the program is there. */
  readonly versionArgs: readonly string[];
  /** The file of examples/ingress. */
  readonly example: string;
  /** What stands around the example, where it is a part of a file. */
  wrap(example: string, folder: string): string;
  args(file: string): readonly string[];
}

export const kinds: readonly IngressKind[] = [
  {
    name: 'nginx',
    versionArgs: ['-v'],
    example: 'nginx.conf',
    wrap: (example, folder) =>
      [
        `pid ${folder}/nginx.pid; error_log stderr; user root; events {}`,
        `http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}`,
        `${example}}`,
      ].join('\n'),
    args: (file) => ['-e', 'stderr', '-c', file, '-g', 'daemon off;'],
  },
  { name: 'haproxy', versionArgs: ['-v'], example: 'haproxy.cfg', wrap: (example) => example, args: (file) => ['-db', '-f', file] },
  {
    name: 'caddy',
    versionArgs: ['version'],
    example: 'Caddyfile',
    wrap: (example) => `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${example}`,
    args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
];

const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
/** Where test/tools/caddy/install puts what it builds. */
const built = join(process.env['TESTCLUSTER_DIR'] ?? join(cache, 'testcluster'), 'bin');

/** The program, where this machine has it. */
function findProgram({ name, versionArgs }: IngressKind): string | undefined {
  return [name, join(built, name)].find((program) => spawnSync(program, versionArgs).error === undefined);
}

/** Whether this machine has the program. */
export function isInstalled(kind: IngressKind): boolean {
  return findProgram(kind) !== undefined;
}

/** A running ingress. Dispose ends it. */
export interface Ingress extends AsyncDisposable {
  readonly url: URL;
}

/** Runs the example of `kind`, with ports and files of this test in the place of its own, before the manager at `managerPort`. */
export async function openIngress(
  kind: IngressKind,
  authority: TestAuthority,
  certificate: IssuedCertificate,
  managerPort: number,
): Promise<Ingress> {
  const { folder } = authority;
  const port = await findFreePort();
  await writeFile(join(folder, 'tls.pem'), certificate.cert + certificate.key);
  const example = await readFile(fileURLToPath(new URL(`../../examples/ingress/${kind.example}`, import.meta.url)), 'utf8');
  const changed = example
    .replaceAll('/etc/switchyard/tls.crt', certificate.certFile)
    .replaceAll('/etc/switchyard/tls.key', certificate.keyFile)
    .replaceAll('/etc/switchyard/tls.pem', join(folder, 'tls.pem'))
    .replaceAll('127.0.0.1:7480', `127.0.0.1:${managerPort}`)
    .replaceAll('listen 443', `listen 127.0.0.1:${port}`)
    .replaceAll('bind :443', `bind 127.0.0.1:${port}`)
    .replaceAll('switchyard.example.com {', `https://localhost:${port} {`)
    .replaceAll('switchyard.example.com', 'localhost');
  const file = join(folder, `${kind.name}.conf`);
  await writeFile(file, kind.wrap(changed, folder));
  const child = spawn(findProgram(kind) ?? kind.name, kind.args(file), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => void (output += text.toString()));
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await until(() => isOver() || accepts(port), { timeoutMs: 10_000, about: `${kind.name} to listen` });
  if (isOver()) throw new Error(`${kind.name} ended: ${output}`);
  return {
    url: new URL(`https://localhost:${port}`),
    async [Symbol.asyncDispose]() {
      if (isOver()) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => void child.kill('SIGKILL'), 2_000);
      await exit;
      clearTimeout(timer);
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
