// Who may import what. Each rule carries its reason; the reason is what you read when it fails.
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const agent = '^server/agent/src/';
const tests = '\\.test\\.ts$|/testing/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle, types included, means two modules that cannot be understood apart.', {}, { circular: true }),
    rule(
      'generated-imports-nothing',
      'The contract is the root of everything; it must not know its projections.',
      { path: '^generated/' },
      { path: '^(server|conformance|scripts)/' },
    ),
    rule(
      'agent-and-kit-meet-over-a-socket',
      'The kit must judge any agent, so it may not share code with the reference.',
      { path: '^conformance/' },
      { path: '^server/(agent|mock)/' },
    ),
    rule(
      'agent-does-not-know-the-kit',
      'The agent must not behave differently because a kit exists.',
      { path: '^server/' },
      { path: '^conformance/' },
    ),
    rule(
      'agent-does-not-know-the-object-server',
      'They meet over HTTP; only tests start one.',
      { path: agent, pathNot: tests },
      { path: '^server/object-server/' },
    ),
    rule(
      'controllers-are-siblings',
      'What two controllers share belongs into a service.',
      { path: `${agent}controllers/([^/.]+)`, pathNot: `${agent}controllers/index\\.ts$` },
      { path: `${agent}controllers/`, pathNot: `${agent}controllers/$1` },
    ),
    rule(
      'services-know-no-http',
      'A second surface (the Web API) will stand on the same services.',
      { path: `${agent}(account|transfers|providers|store|mail)/` },
      { path: `${agent}(http|controllers|channels|app|main)` },
    ),
    rule(
      'store-is-below',
      'The store keeps rows; it does not decide.',
      { path: `${agent}store/`, pathNot: tests },
      { path: `${agent}(http|controllers|channels|providers/(?!provider\\.ts))` },
    ),
    rule(
      'transfers-touch-no-store',
      'The engine sees its ledger as an interface.',
      { path: `${agent}transfers/`, pathNot: tests },
      { path: `${agent}store/` },
    ),
    rule(
      'express-stays-in-http',
      'Handlers are plain functions; only the edge knows the framework.',
      { path: '^server/agent/src/', pathNot: `${agent}(http/|app\\.ts)|${tests}` },
      { path: 'node_modules/(express|express-openapi-validator|@types/express)/' },
    ),
    rule(
      'ws-stays-in-channels',
      'Frames leave through the hub only.',
      { path: agent, pathNot: `${agent}channels/|${tests}` },
      { path: 'node_modules/(@types/)?ws/' },
    ),
    rule(
      'sqlite-stays-in-store',
      'SQL lives in one place.',
      { path: agent, pathNot: `${agent}store/` },
      { path: 'node_modules/(@types/)?better-sqlite3/' },
    ),
    rule(
      'sdk-stays-in-its-provider',
      'A cloud SDK is an implementation detail of one file family.',
      { path: agent, pathNot: `${agent}providers/s3` },
      { path: 'node_modules/@aws-sdk/' },
    ),
    rule(
      'not-to-dev-dependencies',
      'A published package must bring what it needs.',
      { path: '^(generated|server|conformance)/', pathNot: '\\.test\\.ts$|/(test|testing|bench)/' },
      { dependencyTypes: ['npm-dev'] },
    ),
    rule('not-unresolvable', 'Whatever is imported has to exist.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/', '^scripts/templates/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'types', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.json', '.d.ts'],
    },
  },
};
