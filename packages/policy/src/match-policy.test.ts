import { parseRoutingKey, parseServiceName, type Condition, type InterceptError, type MatchPolicy } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { refuseByPolicy } from './match-policy.ts';

const path: Condition = { t: 'path', text: { t: 'prefix', value: '/x' } };
const share: Condition = { t: 'percent', percent: 5 };

/** What the policy of a manager.yaml says of an intercept of orders, and its advice; undefined: nothing. */
function ask(policy: Partial<MatchPolicy>, conditions: readonly Condition[], key?: string): readonly [string, string] | undefined {
  try {
    const asked = { service: parseServiceName('orders'), key: key === undefined ? undefined : parseRoutingKey(key), match: [conditions] };
    refuseByPolicy(asked, { keyless: false, percent: false, ...policy });
    return undefined;
  } catch (reason) {
    const { code, message, hint = '' } = reason as InterceptError;
    expect(code).toBe('not_allowed');
    return [message, hint];
  }
}

const toHint = (advice: string, fields: string) =>
  `${advice}, or ask who runs the manager for \`policy: { ${fields} }\` in its manager.yaml.`;

test('the policy of a manager.yaml refuses in the words of every policy, and names the field that would allow it', () => {
  const onlyKeys = 'The policy "manager.yaml" allows intercepts of orders only with a key.';
  expect(ask({}, [path])).toEqual([onlyKeys, toHint('Use a key', 'keyless: true')]);
  expect(ask({ percent: true }, [share])).toEqual([onlyKeys, toHint('Use a key', 'keyless: true')]);
  expect(ask({}, [path, share])).toEqual([expect.any(String), toHint('Use a key', 'keyless: true, percent: true')]);
  expect(ask({ keyless: true }, [share])).toEqual([
    'The policy "manager.yaml" allows keyless intercepts of orders only by header, path, method, query and cookie, and this one goes by percent.',
    toHint('Leave the percentage out', 'percent: true'),
  ]);
  expect(ask({}, [share], 'alice')).toEqual([
    'The policy "manager.yaml" does not allow a share of the requests of orders to be intercepted.',
    toHint('Leave the percentage out', 'percent: true'),
  ]);
});

test('what the policy of a manager.yaml allows passes: beside a key conditions only narrow', () => {
  expect(ask({}, [path], 'alice')).toBeUndefined();
  expect(ask({ percent: true }, [share], 'alice')).toBeUndefined();
  expect(ask({ keyless: true }, [path])).toBeUndefined();
  expect(ask({ keyless: true, percent: true }, [path, share])).toBeUndefined();
});
