import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pickPort } from '../../process/free-port.ts';
import { liveKey, type Running, type Workbench } from '../contender.ts';

/** Starts a program of `under-test/`, which takes the port to listen on, those of baseline and developer, and the key that leads to the latter. */
export async function openNodeProxy(bench: Workbench, program: URL): Promise<Running> {
  const script = fileURLToPath(program);
  const port = await pickPort();
  const { baseline, developer } = bench.origins;
  const process = bench.startNode(basename(script, '.ts'), script, [port, baseline, developer, liveKey].map(String));
  await process.listening(port);
  return { port, processes: [process] };
}
