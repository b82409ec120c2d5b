import { interceptPolicies, intercepts, routedServices, type Intercept, type RoutedPhase, type RoutedServicePort } from '@switchyard/kube';
import { describe, expect, test } from 'vitest';
import { readDefinition, schemaOf } from './definitions.ts';
import { fullIntercept, fullPolicy, fullRoutedService } from './full-objects.ts';
import { findMistakes, listParts, type Schema } from './structural-schema.ts';

const definitions = {
  intercepts: await readDefinition('intercepts'),
  routedservices: await readDefinition('routedservices'),
  interceptpolicies: await readDefinition('interceptpolicies'),
};
const schemas = {
  intercepts: schemaOf(definitions.intercepts),
  routedservices: schemaOf(definitions.routedservices),
  interceptpolicies: schemaOf(definitions.interceptpolicies),
};

/** What people write into the object itself is checked elsewhere. */
const withoutMeta = ({ properties: { spec, status } }: typeof schemas.intercepts): Schema => ({
  type: 'object',
  required: ['spec'],
  properties: { spec, ...(status === undefined ? {} : { status }) },
});

describe.for([
  { type: intercepts, full: fullIntercept, schema: withoutMeta(schemas.intercepts), definition: definitions.intercepts },
  { type: routedServices, full: fullRoutedService, schema: withoutMeta(schemas.routedservices), definition: definitions.routedservices },
  {
    type: interceptPolicies,
    full: fullPolicy,
    schema: withoutMeta(schemas.interceptpolicies),
    definition: definitions.interceptpolicies,
  },
])('$type.kind', ({ type, full, schema, definition }) => {
  test('is called in the cluster as the code calls it', () => {
    expect(definition.metadata.name).toBe(`${type.plural}.${type.group}`);
    expect(definition.spec).toMatchObject({ group: type.group, scope: 'Namespaced', names: { kind: type.kind, plural: type.plural } });
    expect(definition.spec.versions.map(({ name }) => name)).toEqual([type.version]);
  });

  test('takes an object with every field that the type has', () => {
    expect(findMistakes(schema, full, type.kind)).toEqual([]);
  });

  test('has no field that the type does not have', () => {
    const unknown = listParts(schema, '$').filter(([path]) => !path.includes('*') && at(full, path) === undefined);
    expect(unknown.map(([path]) => path)).toEqual([]);
  });

  test('refuses a field that it does not know', () => {
    const spec = { ...full.spec, replicas: 1 };
    expect(findMistakes(schema, { ...full, spec }, type.kind)).toEqual([`${type.kind}.spec.replicas: unknown`]);
  });
});

describe.for(Object.values(definitions))('$metadata.name', (definition) => {
  const parts = listParts(schemaOf(definition), '$').filter(([path]) => /^\$\.(?:spec|status)/.test(path));

  test('bounds every string, list and map', () => {
    const unbounded = parts.filter(
      ([, part]) =>
        (part.type === 'string' && part.maxLength === undefined && part.enum === undefined) ||
        (part.type === 'array' && part.maxItems === undefined) ||
        (part.additionalProperties !== undefined && part.maxProperties === undefined),
    );
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });

  test('describes every field', () => {
    const silent = parts.filter(([path, part]) => !/(?:\]|\*)$/.test(path) && (part.description ?? '') === '');
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  test('has no comma that YAML takes for the next field', () => {
    expect(JSON.stringify(definition)).not.toContain(':null');
  });

  test('comes with `kubectl get switchyard`', () => {
    expect(definition.spec.names.categories).toEqual(['switchyard']);
  });
});

describe('what may be written', () => {
  const { spec } = schemas.intercepts.properties;
  const field = (name: string): Schema => spec.properties?.[name] ?? {};

  test.for(['Alice', 'a.b', '-a', 'a-', '', 'a'.repeat(64), 'a\nb'])('not the key %j', (key) => {
    expect(findMistakes(field('key'), key, 'key')).toHaveLength(1);
  });

  test.for(['A'.repeat(44), 'A'.repeat(43), `${'A'.repeat(42)}==`, `${'-'.repeat(43)}=`])('not the public key %j', (key) => {
    expect(findMistakes(field('publicKey'), key, 'publicKey')).toHaveLength(1);
  });

  test('the words of the types, and no others', () => {
    const whenAway: Record<Intercept['spec']['whenAway'] & string, true> = { Fail: true, Baseline: true };
    const lane: Record<Intercept['spec']['lane'] & string, true> = { Tunnel: true, Direct: true };
    const phase: Record<RoutedPhase, true> = { Preparing: true, Routed: true, Restoring: true };
    const protocol: Record<RoutedServicePort['protocol'], true> = { auto: true, http: true, tcp: true };
    const routed = schemas.routedservices.properties;
    expect(field('whenAway').enum).toEqual(Object.keys(whenAway));
    expect(field('lane').enum).toEqual(Object.keys(lane));
    expect(routed.status.properties?.['phase']?.enum).toEqual(Object.keys(phase));
    expect(routed.spec.properties?.['ports']?.items?.properties?.['protocol']?.enum).toEqual(Object.keys(protocol));
  });
});

/** What stands in `object` at a path such as `$.spec.ports[0].name`. */
function at(object: unknown, path: string): unknown {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '' && step !== '$');
  return steps.reduce<unknown>((value, step) => (value as Readonly<Record<string, unknown>> | undefined)?.[step], object);
}
