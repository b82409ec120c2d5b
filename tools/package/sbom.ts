import { runPnpm } from '../process/pnpm.ts';
import type { BundledPackage } from './bundled-packages.ts';

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly 'bom-ref': string;
}

/** A bill of materials (CycloneDX 1.6), as far as it is looked at. */
interface Bom {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly metadata: { readonly component: { readonly 'bom-ref': string } };
}

/**
 * The bill of materials of what is shipped, as CycloneDX JSON: of all that is installed, the packages of which something is in the bundles. Throws
 * where one of these is not known to the lockfile.
 */
export async function createSbom(root: string, bundled: readonly BundledPackage[]): Promise<string> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application'];
  const { exitCode, stdout, stderr } = await runPnpm(args, root);
  if (exitCode !== 0) throw new Error(`pnpm makes no bill of materials: ${stderr.trim()}`);
  const whole = JSON.parse(stdout) as Bom;
  const shipped = new Set(bundled.map(({ name, version }) => `${name}@${version}`));
  const components = whole.components.filter((component) => isOurs(component) || shipped.delete(toName(component)));
  if (shipped.size > 0) throw new Error(`The bill of materials does not know what is shipped: ${[...shipped].join(', ')}.`);
  const refs = new Set([whole.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = whole.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map((entry) => ({ ...entry, dependsOn: entry.dependsOn?.filter((ref) => refs.has(ref)) }));
  return `${JSON.stringify({ ...whole, components, dependencies }, undefined, 2)}\n`;
}

function toName({ group, name, version }: Component): string {
  return `${group === undefined ? '' : `${group}/`}${name}@${version}`;
}

function isOurs({ group, name }: Component): boolean {
  return group === '@switchyard' && name !== 'testkit';
}
