import { expect, test } from 'vitest';
import { parsePolicies } from './read-policy.ts';

const sound = `# Who may what.
apiVersion: switchyard.dev/v1alpha1
kind: InterceptPolicy
metadata: { name: team-blue, labels: { team: blue } }
spec:
  subjects: [{ kind: Group, name: team-blue }]
  services: [orders, 'orders-*']
`;

test('the policies of a file, whose empty documents are none', () => {
  const policies = parsePolicies(`---\n${sound}---\n---\n${sound.replace('name: team-blue, l', 'name: other, l')}`, 'policies.yaml');
  expect(policies.map(({ t, name }) => [t, name])).toEqual([
    ['sound', 'team-blue'],
    ['sound', 'other'],
  ]);
});

test.for<[string, string, string]>([
  ['a word', 'services:', 'p.yaml:7:3: unknown key "servces" in spec; did you mean "services"?'],
  ['a kind', 'kind: Group', 'p.yaml:6:'],
])('a mistake in %s is named with its place', ([, right, message]) => {
  const wrong = right === 'services:' ? 'servces:' : 'kind: Grup';
  expect(() => parsePolicies(sound.replace(right, wrong), 'p.yaml')).toThrow(message);
});

test('mistakes of later documents have their own lines', () => {
  const second = sound.replace('metadata: { name: team-blue, labels: { team: blue } }', 'metadata: { name: Blue }');
  expect(() => parsePolicies(`${sound}---\n${second}`, 'p.yaml')).toThrow(/^p\.yaml:12:19: metadata\.name must be/);
  expect(() => parsePolicies(`${sound}---\nkind: InterceptPolicy\n`, 'p.yaml')).toThrow('p.yaml:9:1: apiVersion is missing');
});

test.for([
  ['schedule: { timeZone: Europe/Zuerich, from: "08:00", to: "18:00" }', 'spec.schedule.timeZone must be a name of the time zone database'],
  ['schedule: { timeZone: UTC, from: "8:00", to: "18:00" }', 'spec.schedule.from must be a time such as "08:00"'],
  ['conditions: [{ expression: "user == 1" }]', 'spec.conditions[0].expression makes no sense: '],
  ['lifetime: { defaultSeconds: 60, maxSeconds: 30 }', 'spec.lifetime has a default that is longer than the longest'],
  ['connect: [{ host: a, cidr: 10.0.0.0/8 }]', 'spec.connect[0] names either a host or a cidr'],
  ['modes: [Intercepts]', 'did you mean "Intercept"?'],
])('refused: %s', ([line = '', message = '']) => {
  expect(() => parsePolicies(`${sound}  ${line}\n`, 'p.yaml')).toThrow(message);
});

test('a policy of a name twice is one too many', () => {
  expect(() => parsePolicies(`${sound}---\n${sound}`, 'p.yaml')).toThrow('p.yaml has the policy "team-blue" twice.');
});
