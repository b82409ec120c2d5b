import { expect, test } from 'vitest';
import { toPersonsEnvironment, toPersonsFolder } from './wrapper.ts';

const wrapped = {
  npm_lifecycle_event: 'intercept',
  npm_package_name: 'switchyard',
  npm_node_execpath: '/usr/bin/node',
  npm_config_cache: '/root/.npm',
  pnpm_config_verify_deps_before_run: 'false',
  PNPM_SCRIPT_SRC_DIR: '/repo',
  NODE: '/usr/bin/node',
  INIT_CWD: '/home/alice/shop',
  HOME: '/home/alice',
  PATH: '/repo/node_modules/.bin:/root/.npm/_npx/1/node_modules/pnpm/dist/node-gyp-bin:/node_modules/.bin:/usr/local/bin:/home/alice/tool/node_modules/.bin:/bin',
};

test('a script of our repository leaves the person where they were, with their own environment', () => {
  expect(toPersonsFolder(wrapped, '/repo')).toBe('/home/alice/shop');
  expect(toPersonsEnvironment(wrapped)).toEqual({ HOME: '/home/alice', PATH: '/usr/local/bin:/home/alice/tool/node_modules/.bin:/bin' });
});

test('so does npx; a NODE of the person stays', () => {
  const env = { ...wrapped, npm_lifecycle_event: 'npx', npm_package_name: 'shop', NODE: '/opt/node' };
  expect(toPersonsEnvironment(env)).toMatchObject({ NODE: '/opt/node', PATH: '/usr/local/bin:/home/alice/tool/node_modules/.bin:/bin' });
});

test("a project's own script keeps everything: its command may live in node_modules/.bin", () => {
  const env = { ...wrapped, npm_lifecycle_event: 'dev', npm_package_name: 'shop' };
  expect(toPersonsFolder(env, '/home/alice/shop/api')).toBe('/home/alice/shop/api');
  expect(toPersonsEnvironment(env)).toEqual(env);
});

test('without a wrapper nothing is touched', () => {
  const env = { PATH: '/x/node_modules/.bin:/bin', npm_config_registry: 'http://mirror' };
  expect(toPersonsEnvironment(env)).toEqual(env);
});
