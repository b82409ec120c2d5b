import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { codes as Codes, CodeRow } from '@switchyard/contract';
import { generatedNote, type Generator } from './generated-file.ts';

const faults: Readonly<Record<CodeRow['fault'], string>> = {
  user: 'the person who asked',
  policy: 'whoever grants rights',
  developer: 'the developer whose intercept it is',
  cluster: 'whoever runs the service or the cluster',
  network: 'the network between the two ends',
  peer: 'whoever wrote the program at the other end',
  us: 'Switchyard; please report it',
};

const retries: Readonly<Record<CodeRow['retry'], string>> = {
  never: 'no: the same again fails the same way',
  later: 'yes, after a wait',
  now: 'yes, at once',
};

function toSection([code, row]: [string, CodeRow]): string {
  return [
    `## ${code}`,
    '',
    row.about,
    '',
    `- Who has to act: ${faults[row.fault]}.`,
    `- Trying again helps: ${retries[row.retry]}.`,
    `- HTTP ${row.http} · gRPC ${row.grpc} · WebSocket close ${row.webSocket} · exit code ${row.exit} · logged as ${row.log}`,
    '',
  ].join('\n');
}

/** `docs/reference/errors.md`, from the closed table of codes. */
export const generateErrors: Generator = async (root) => {
  const { codes }: { codes: typeof Codes } = await import(pathToFileURL(join(root, 'packages/contract/src/codes.ts')).href);
  const intro = [
    'Every failure has one code from this closed list, and programs should go by the code, never by the message. An HTTP answer that Switchyard made',
    'itself carries it as `x-intercept-error`; the command line shows it with `-o json` as `{"error":{"code","message","hint"}}`.',
  ].join('\n');
  const sections = Object.entries(codes).map(toSection);
  const text = ['# Error codes', '', generatedNote('packages/contract/src/codes.ts'), '', intro, '', ...sections].join('\n');
  return [{ path: 'docs/reference/errors.md', text }];
};
