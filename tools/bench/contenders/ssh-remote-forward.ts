import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { pickPort } from '../../process/free-port.ts';
import type { Contender } from '../contender.ts';
import { readInstalledVersion } from './installed-version.ts';

/**
 * The tunnel that every developer has: `ssh -R` to an sshd of its own on loopback, with keys made for the run and the ciphers that are the
 * default. It carries every connection to the developer's side and reads no request. The CPU time of both ends counts.
 */
export const sshRemoteForward: Contender = {
  name: 'ssh -R',
  debianPackage: 'openssh-server',
  version: () => (readInstalledVersion(sshd, '-V') === undefined ? undefined : readInstalledVersion('ssh', '-V')),
  open: async (bench) => {
    const [port, sshPort] = [await pickPort(), await pickPort()];
    const folder = mkdtempSync(join(bench.owner.folder, 'ssh-'));
    const [hostKey, userKey] = [createKey(folder, 'host'), createKey(folder, 'user')];
    const config = join(folder, 'sshd_config');
    writeFileSync(config, toServerConfig(sshPort, hostKey, `${userKey}.pub`));
    // Debian's service makes it; only an sshd of root looks for it.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
    const server = bench.startProxy('sshd', sshd, ['-D', '-e', '-f', config]);
    await server.listening(sshPort);
    const forward = `127.0.0.1:${port}:127.0.0.1:${bench.origins.developer}`;
    const client = bench.startProxy('ssh', 'ssh', [...toClientOptions(sshPort, userKey), '-N', '-R', forward, '127.0.0.1']);
    await client.listening(port);
    return { port, processes: [server, client] };
  },
};

/** sshd starts itself anew for every connection and wants to be named in full for it. */
const sshd = '/usr/sbin/sshd';

const keygen = 'ssh-keygen';

function createKey(folder: string, name: string): string {
  const file = join(folder, name);
  const { status, stderr } = spawnSync(keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  if (status !== 0) throw new Error(`ssh-keygen failed: ${stderr?.toString().trim() ?? 'it is not installed'}`);
  return file;
}

function toServerConfig(port: number, hostKey: string, authorizedKeys: string): string {
  return `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${hostKey}
AuthorizedKeysFile ${authorizedKeys}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
MaxSessions 100
`;
}

function toClientOptions(port: number, userKey: string): readonly string[] {
  const options = [
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'ExitOnForwardFailure=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
  ];
  return ['-F', 'none', '-p', String(port), '-l', userInfo().username, '-i', userKey, ...options.flatMap((option) => ['-o', option])];
}
