// The architecture as a check. `pnpm check architecture` runs it; the picture is in ARCHITECTURE.md.

/** Dependency height: a package imports only packages of a lower rank. */
const ranks = {
  contract: 0,
  config: 1,
  route: 1,
  runtime: 1,
  wire: 1,
  http1: 2,
  kube: 2,
  policy: 2,
  tunnel: 2,
  agent: 3,
  router: 3,
  takeover: 3,
  manager: 4,
  cli: 5,
};

/** One package owns each third-party library, so that replacing the library means changing one package. Two where each speaks a protocol of its own by it. */
const owners = {
  '@bufbuild/protobuf': 'wire',
  '@grpc/grpc-js': 'tunnel',
  '@kubernetes/client-node': 'kube',
  '@marcbachmann/cel-js': 'policy',
  '@opentelemetry': 'manager',
  jose: 'manager',
  'openid-client': 'cli',
  pino: 'runtime',
  'prom-client': 'runtime',
  re2js: 'route',
  ws: ['kube', 'tunnel'],
  yaml: 'config',
  yargs: 'cli',
  zod: 'config',
};

/** Packages that only compute: they take bytes and values, never a socket, a file or a process. */
const pure = ['contract', 'route', 'wire', 'http1', 'policy'];

/** The lower folders of the tunnel, and what of it each may import beside itself: what stands above them can be changed without them. */
const tunnelLayers = {
  http2: 'limits\\.ts$',
  grpc: 'http2/|message-stream\\.ts$|limits\\.ts$',
  connect: 'limits\\.ts$',
};

const tests = '\\.test\\.ts$|^packages/[^/]+/test/|^packages/testkit/';
const inPackage = (...names) => `^packages/(?:${names.join('|')})/`;

/** A package outside of the table has no rank and may not be imported: adding it here is a decision. */
const rankRules = Object.entries(ranks).map(([name, rank]) => ({
  name: `rank-of-${name}`,
  comment: `${name} has rank ${rank} and imports only packages of a lower rank. Move the shared idea down, or pass it in as a port.`,
  severity: 'error',
  from: { path: inPackage(name), pathNot: tests },
  to: {
    path: '^packages/',
    pathNot: inPackage(name, 'testkit', ...Object.keys(ranks).filter((other) => ranks[other] < rank)),
  },
}));

const ownerRules = Object.entries(owners).map(([library, owner]) => ({
  name: `owner-of-${library}`,
  comment: `Only ${[owner].flat().join(' and ')} imports ${library}: use what it exports.`,
  severity: 'error',
  from: { path: '^packages/', pathNot: `${inPackage(...[owner].flat())}|${tests}` },
  to: { path: `node_modules/${library}/` },
}));

const layerRules = Object.entries(tunnelLayers).map(([layer, below]) => ({
  name: `layer-of-${layer}`,
  comment: `tunnel/src/${layer} knows nothing of the layers above it. Pass in what it needs, or move the code up.`,
  severity: 'error',
  from: { path: `^packages/tunnel/src/${layer}/`, pathNot: tests },
  to: { path: '^packages/tunnel/src/', pathNot: `^packages/tunnel/src/(?:${layer}/|${below})` },
}));

export default {
  forbidden: [
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere. An unresolved import would also slip past every rule below.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycle',
      comment: 'Files that import each other are one file, or lack a third that both import.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-deep-import',
      comment: 'Only src/index.ts of a package is public: export there what others need.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/', pathNot: '^packages/$1/|^packages/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'no-deep-import-from-outside',
      comment: 'Tests, tools and examples use what a package exports: a test beside the code may look inside.',
      severity: 'error',
      from: { pathNot: '^packages/' },
      to: { path: '^packages/', pathNot: '^packages/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'testkit-only-in-tests',
      comment: 'The product never depends on its test tools.',
      severity: 'error',
      from: { path: '^packages/', pathNot: tests },
      to: { path: inPackage('testkit') },
    },
    {
      name: 'testkit-imports-contract-only',
      comment: 'Every package is tested with testkit, so testkit stands on the ports alone.',
      severity: 'error',
      from: { path: inPackage('testkit') },
      to: { path: '^packages/', pathNot: inPackage('testkit', 'contract') },
    },
    {
      name: 'no-import-of-tests',
      comment: 'What two tests share belongs to testkit, or to a file that is no test.',
      severity: 'error',
      from: {},
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'examples-stand-alone',
      comment: 'An example is what a user would write: it knows only what is published.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(?:packages|tools|test)/' },
    },
    {
      name: 'pure-packages-do-no-io',
      comment: 'This package only computes. Let the caller do the IO and pass the bytes or values in.',
      severity: 'error',
      from: { path: inPackage(...pure), pathNot: tests },
      to: {
        dependencyTypes: ['core'],
        path: '^(?:node:)?(?:child_process|cluster|dgram|dns|fs|http|http2|https|net|os|process|stream|timers|tls|tty|worker_threads)(?:/|$)',
      },
    },
    {
      name: 'only-cli-starts-programs',
      comment: 'Starting programs is the command line’s part; nothing that serves traffic may do it.',
      severity: 'error',
      from: { path: '^packages/', pathNot: `${inPackage('cli')}|${tests}` },
      to: { dependencyTypes: ['core'], path: '^(?:node:)?child_process$' },
    },
    ...rankRules,
    ...ownerRules,
    ...layerRules,
  ],
  options: {
    // Types count as well: a rule that types may break is no rule.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(?:^|/)dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
