// Builds dist/, which `pnpm pack` puts into the tarball: the two programs, JSON Schemas, Kubernetes manifests, third-party licences, the bill of materials.
import { cp, glob, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundlePrograms } from './bundle.ts';
import { listBundledPackages } from './bundled-packages.ts';
import { createNotices } from './notices.ts';
import { createSbom } from './sbom.ts';

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
const metafiles = await bundlePrograms(root, 'dist');
const bundled = await listBundledPackages(root, metafiles);
await writeFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), await createNotices(root, bundled));
await writeFile(join(dist, 'sbom.cdx.json'), await createSbom(root, bundled));
// Where dist/ stands alone, as in the image, Node.js would first read every file as CommonJS: a third of its start.
await writeFile(join(dist, 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);
await mkdir(join(dist, 'schema'));
for await (const path of glob('packages/*/schema/*.json', { cwd: root })) await cp(join(root, path), join(dist, 'schema', basename(path)));
await cp(join(root, 'deploy', 'manifests'), join(dist, 'manifests'), { recursive: true });
