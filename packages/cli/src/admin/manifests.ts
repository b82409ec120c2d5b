import { parseDocuments } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '@switchyard/kube';

/** What is installed: once per cluster, or in each namespace. */
export type Part = 'cluster' | 'namespace';

/** What differs between installations of the namespace's part. */
export interface ManifestValues {
  readonly namespace: string;
  /** The container image of the manager; undefined: the manifest's. */
  readonly image: string | undefined;
}

/** Where the manifests lie: beside the published program, and in a clone. */
const folders: readonly string[] = ['../manifests/', '../../../../deploy/manifests/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** The name that stands for the namespace in the manifests. */
const namespaceWord = 'NAMESPACE';

/** The objects of a part, in the order in which they are made. Rejects with `bad_config` where the files are missing or broken. */
export async function readManifests(part: Part, values: ManifestValues): Promise<readonly KubeObject[]> {
  const folder = folders.find((each) => existsSync(each));
  if (folder === undefined) {
    throw new InterceptError('bad_config', `The manifests are not there: ${folders.join(' and ')} do not exist.`, {
      hint: 'Install this program anew.',
    });
  }
  const file = join(folder, `${part}.yaml`);
  return parseDocuments(await readFile(file, 'utf8'), file).map((document) => toObject(document, file, values));
}

function toObject(document: unknown, file: string, values: ManifestValues): KubeObject {
  const filled = fill(document, undefined, values);
  if (isObject(filled)) return filled;
  throw new InterceptError('bad_config', `${file} has a document that is no Kubernetes object.`, { hint: 'Install this program anew.' });
}

/** A copy with the namespace's name and the image in their places. */
function fill(value: unknown, field: string | undefined, values: ManifestValues): unknown {
  if (Array.isArray(value)) return value.map((each) => fill(each, undefined, values));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each, name, values)]));
  }
  if (field === 'namespace' && value === namespaceWord) return values.namespace;
  return field === 'image' && typeof value === 'string' ? (values.image ?? value) : value;
}

function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value && 'metadata' in value;
}
