import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../process/wait-for.ts';
import { liveKey, type Contender } from '../contender.ts';
import { startManager } from '../manager-under-test.ts';
import { probe } from '../probe.ts';
import { readOwnVersion } from './own-version.ts';

const cliMain = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));

/** The real programs: the manager, and `intercept up` on the developer's side of the tunnel. The CPU time of both counts. */
export const switchyard: Contender = create('Switchyard', { isSecure: false });

/** As `switchyard`, with TLS between the two. */
export const switchyardTls: Contender = create('Switchyard, TLS', { isSecure: true });

function create(name: string, { isSecure }: { readonly isSecure: boolean }): Contender {
  return {
    name,
    version: readOwnVersion,
    open: async (bench) => {
      const label = name.toLowerCase().replaceAll(/\W+/g, '-');
      const tls = isSecure ? createCertificate(bench.owner.folder) : undefined;
      const { process: manager, port, url } = await startManager(bench, { name: `${label}-manager`, tls });
      const target = ['--key', liveKey, '--manager', url.href, ...(tls === undefined ? [] : ['--ca', tls.certFile])];
      const agent = bench.startNode(`${label}-agent`, cliMain, ['up', `orders=127.0.0.1:${bench.origins.developer}`, ...target]);
      await waitFor(async () => (await probe(port, liveKey)) === 'developer', {
        what: `the intercept to become effective; see ${agent.logPath}`,
        timeoutMs: 10_000,
      });
      return { port, processes: [manager, agent] };
    },
  };
}

/** In a variable, as this is no binary of a dependency. */
const openssl = 'openssl';

/** A certificate of its own authority for the loopback address. */
function createCertificate(folder: string): { readonly certFile: string; readonly keyFile: string } {
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', files.keyFile];
  const subject = ['-subj', '/CN=bench', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const { status, stderr } = spawnSync(openssl, ['req', '-x509', ...key, '-out', files.certFile, ...subject]);
  if (status !== 0) throw new Error(`openssl failed: ${stderr?.toString().trim() ?? 'it is not installed'}`);
  return files;
}
