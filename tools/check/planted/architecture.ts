import type { Plant } from './plant.ts';

/** One violation of each kind of rule in `.dependency-cruiser.mjs`. */
export const architecturePlants: readonly Plant[] = [
  {
    step: 'architecture',
    about:
      'imports upwards, between packages and between layers of one, sideways, deep, in a circle, into nothing, of tests, and of a library that another package owns',
    files: {
      'packages/contract/src/index.ts': "import '../../router/src/index.ts';\n",
      'packages/router/src/index.ts': "import '../../agent/src/index.ts';\nimport '../../http1/src/parse-head.ts';\n",
      'packages/router/src/program.ts': "import { spawn } from 'node:child_process';\nexport const program: unknown = spawn;\n",
      'packages/agent/src/index.ts': "import './here.ts';\n",
      'packages/agent/src/here.ts': "import './there.ts';\n",
      'packages/agent/src/there.ts': "import './here.ts';\n",
      'packages/http1/src/index.ts': "import './nowhere.ts';\nimport { connect } from 'node:net';\nexport const dial: unknown = connect;\n",
      'packages/http1/src/parse-head.ts': "import '../../testkit/src/index.ts';\n",
      'packages/route/src/index.ts': "import pino from 'pino';\nexport const log: unknown = pino;\n",
      'packages/route/src/borrowed.ts': "import './route.test.ts';\n",
      'packages/route/src/route.test.ts': 'export {};\n',
      'packages/testkit/src/index.ts': "import '../../route/src/index.ts';\n",
      'packages/newcomer/src/index.ts': 'export {};\n',
      'packages/runtime/src/index.ts': "import type {} from '../../newcomer/src/index.ts';\n",
      'packages/tunnel/src/session.ts': 'export {};\n',
      'packages/tunnel/src/http2/frame.ts': "import '../session.ts';\n",
      'tools/peek.ts': "import '../packages/router/src/program.ts';\n",
      'examples/shop/shop.ts': "import '../../packages/route/src/index.ts';\n",
    },
    links: { 'packages/route/node_modules/pino': 'packages/runtime/node_modules/pino' },
    expect: [
      /rank-of-contract: packages\/contract\/src\/index\.ts -> packages\/router/,
      /rank-of-router: packages\/router\/src\/index\.ts -> packages\/agent/,
      /rank-of-runtime: packages\/runtime\/src\/index\.ts -> packages\/newcomer/,
      /no-deep-import: packages\/router\/src\/index\.ts -> packages\/http1\/src\/parse-head\.ts/,
      /no-deep-import-from-outside: tools\/peek\.ts/,
      /no-cycle: packages\/agent\/src\/(?:here|there)\.ts/,
      /no-unresolvable: packages\/http1\/src\/index\.ts -> \.\/nowhere\.ts/,
      /no-import-of-tests: packages\/route\/src\/borrowed\.ts/,
      /layer-of-http2: packages\/tunnel\/src\/http2\/frame\.ts/,
      /owner-of-pino: packages\/route\/src\/index\.ts/,
      /testkit-only-in-tests: packages\/http1\/src\/parse-head\.ts/,
      /testkit-imports-contract-only: packages\/testkit/,
      /examples-stand-alone: examples\/shop\/shop\.ts/,
      /pure-packages-do-no-io: packages\/http1\/src\/index\.ts -> net/,
      /only-cli-starts-programs: packages\/router\/src\/program\.ts/,
    ],
  },
  {
    step: 'architecture',
    about: 'a configuration under which the tool sees no TypeScript: the file-count guard itself',
    files: {
      'packages/contract/src/index.ts': 'export {};\n',
      '.dependency-cruiser.mjs': "export default { forbidden: [], options: { exclude: { path: '[.]ts$' } } };\n",
    },
    expect: [/not-cruised: packages\/contract\/src\/index\.ts was not looked at/],
  },
];
