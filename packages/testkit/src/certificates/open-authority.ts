import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its key: texts in PEM, and where they lie. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a certificate says. */
export interface CertificateTerms {
  /** The host names and IP addresses that it is good for, as `DNS:localhost` or `IP:127.0.0.1`. Default: both of these. */
  readonly names?: readonly string[];
  /** Default false. */
  readonly expired?: boolean;
}

/** A certificate authority for tests. Dispose deletes its files. */
export interface TestAuthority extends AsyncDisposable {
  /** Its own certificate. */
  readonly ca: string;
  readonly caFile: string;
  /** A folder for files of the test, deleted with the authority. */
  readonly folder: string;
  issue(terms?: CertificateTerms): Promise<IssuedCertificate>;
}

const run = promisify(execFile);

/** Makes an authority with fresh keys by `openssl`. The caller disposes it. */
export async function openTestAuthority(): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-ca-'));
  const openssl = (...args: readonly string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  await openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=Switchyard test authority');
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  let issued = 0;
  return {
    ca: await read('ca.crt'),
    caFile: join(folder, 'ca.crt'),
    folder,
    async issue({ names = ['DNS:localhost', 'IP:127.0.0.1'], expired = false } = {}) {
      const name = `${issued++}`;
      await writeFile(join(folder, `${name}.cnf`), `subjectAltName=${names.join(',')}\n`);
      await openssl('req', '-new', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      await openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-out',
        `${name}.crt`,
        '-extfile',
        `${name}.cnf`,
        '-days',
        expired ? '-1' : '1',
      );
      return {
        cert: await read(`${name}.crt`),
        key: await read(`${name}.key`),
        certFile: join(folder, `${name}.crt`),
        keyFile: join(folder, `${name}.key`),
      };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
