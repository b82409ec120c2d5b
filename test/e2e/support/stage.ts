import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectl, root } from './cluster.ts';
import { openDeveloper, type Developer } from './developer.ts';
import { images } from './images.ts';
import { installManager, type InstallOptions } from './install.ts';
import { openNamespace } from './namespace.ts';
import { openPeople, type Person } from './people.ts';
import { openToolbox, type Toolbox } from './toolbox.ts';

/** A namespace with the shop, a manager, client pods and developers. Dispose takes everything away. */
export interface Stage extends AsyncDisposable {
  readonly namespace: string;
  readonly toolbox: Toolbox;
  /** A developer with a role in the namespace, by default `edit`. */
  developer(name: string, role?: 'admin' | 'edit' | 'view'): Promise<Developer & Person>;
}

/** What a stage has beyond the shop. */
export interface StageOptions extends InstallOptions {
  /** Client pods; default 1. */
  readonly clients?: number;
}

/** Sets a stage up; `label` becomes a part of its namespace's name. */
export async function openStage(label: string, { clients = 1, ...options }: StageOptions = {}): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const { name: namespace } = opened.use(await openNamespace(label));
  const [toolbox] = await Promise.all([openToolbox(namespace, clients), openShop(namespace), installManager(namespace, options)]);
  const people = opened.use(await openPeople(namespace));
  const owned = opened.move();
  return {
    namespace,
    toolbox,
    async developer(name, role = 'edit') {
      const person = await people.invite(`${name}@shop.example`, role);
      const developer = owned.use(await openDeveloper(person));
      return { ...developer, ...person };
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** Runs the shop, with the image that this suite has built. */
export async function openShop(namespace: string): Promise<void> {
  const manifest = await readFile(join(root, 'examples/kubernetes/shop.yaml'), 'utf8');
  await kubectl(['apply', '-n', namespace, '-f', '-'], { input: manifest.replaceAll('localhost/switchyard-shop:1', images.programs) });
  for (const name of ['web', 'orders', 'payments']) {
    await kubectl(['rollout', 'status', '-n', namespace, `deployment/${name}`, '--timeout=90s']);
  }
}
