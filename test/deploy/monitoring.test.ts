import { parseDocuments } from '@switchyard/config';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest, type ManifestObject } from './role.ts';

const root = join(import.meta.dirname, '../..');

interface Alerts {
  readonly spec: {
    readonly groups: readonly {
      readonly rules: readonly { readonly alert: string; readonly expr: string; readonly annotations: Readonly<Record<string, string>> }[];
    }[];
  };
}

interface Scraping {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints: readonly { readonly port: string }[];
  };
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly ports: readonly { readonly name: string }[] }[] };
    };
  };
}

async function readMonitoring(name: string): Promise<unknown> {
  const path = join(root, 'deploy/monitoring', name);
  return parseDocuments(await readFile(path, 'utf8'), path)[0];
}

test('every alert is about metrics and labels that a manager has, and says what to do', async () => {
  const reference = await readFile(join(root, 'docs/reference/metrics.md'), 'utf8');
  const labels = new Map(
    [...reference.matchAll(/^\| `(switchyard_\w+)` +\| \w+ +\| ([^|]+)\|/gm)].map(([, name = '', text = '']) => [name, text]),
  );
  const { spec } = (await readMonitoring('alerts.yaml')) as Alerts;
  const rules = spec.groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(5);
  for (const { alert, expr, annotations } of rules) {
    const used = [...expr.matchAll(/(switchyard_\w+)(?:\{(\w+)(?:=|!=|=~|!~)"[\w|]+"\})?(?!\{)/g)];
    for (const [, metric = '', label] of used) {
      expect(labels.has(metric), `${alert} is about ${metric}`).toBe(true);
      if (label !== undefined) expect(labels.get(metric), `${alert}: ${metric}`).toContain(`\`${label}\``);
    }
    expect(used.length > 0 || expr.includes('kube_deployment_status_replicas_available'), alert).toBe(true);
    expect(Object.keys(annotations), alert).toEqual(['summary', 'runbook']);
  }
});

test('the managers are scraped by the labels and the port that they have', async () => {
  const { selector, podMetricsEndpoints } = ((await readMonitoring('podmonitor.yaml')) as Scraping).spec;
  const isManager = ({ kind, metadata }: ManifestObject): boolean => kind === 'Deployment' && metadata.name === 'switchyard-manager';
  const { template } = ((await readManifest()).find(isManager) as ManifestObject & Deployment).spec;
  expect(template.metadata.labels).toMatchObject(selector.matchLabels);
  const ports = template.spec.containers.flatMap((container) => container.ports.map(({ name }) => name));
  expect(ports).toEqual(expect.arrayContaining(podMetricsEndpoints.map(({ port }) => port)));
});
