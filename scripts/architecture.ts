import type { OxlintOverride } from 'oxlint';

/**
 * The architecture as failing lint. Two ideas:
 *
 * 1. Parts never import each other. They meet in the manifest, the state store and each part's admin interface; only the
 *    CLI puts them together. A reversed import passes the compiler, so lint has to catch it.
 * 2. Decisions are pure, effects have names. What touches disk, network or a database is in a file whose name says so
 *    (`-client`, `-server`, `-store`, …), so that a reader knows without opening it, and tests of the rest need nothing.
 */

export const workspaces = [
  'core',
  'analyzer',
  'strangler-proxy',
  'cdc',
  'orchestrator',
  'sdk',
  'console',
  'cli',
] as const;
type Workspace = (typeof workspaces)[number];

/** Which of our workspaces each one may import. */
export const mayImport: Readonly<Record<Workspace, readonly Workspace[]>> = {
  core: [],
  sdk: [],
  analyzer: ['core'],
  'strangler-proxy': ['core'],
  cdc: ['core'],
  orchestrator: ['core'],
  console: ['core'],
  cli: ['core', 'analyzer', 'strangler-proxy', 'cdc', 'orchestrator', 'console'],
};

/** File names that may touch the world. `<what>-<suffix>.ts`. */
export const effectSuffixes = ['client', 'server', 'store', 'source', 'sink', 'files', 'process', 'terminal'] as const;

const effectModules = [
  'fs',
  'fs/promises',
  'net',
  'tls',
  'dgram',
  'http',
  'http2',
  'https',
  'child_process',
  'cluster',
  'worker_threads',
  'sqlite',
];
const effectPackages = ['pg', 'pg-copy-streams', 'undici', 'express', 'kafkajs'];

const packageOf = (workspace: Workspace) => (workspace === 'cli' ? 'overgrow' : `@overgrow/${workspace}`);

const bannedWorkspaces = (workspace: Workspace) =>
  workspaces
    .filter((other) => other !== workspace && !mayImport[workspace].includes(other))
    .map((other) => ({
      group: [packageOf(other), `${packageOf(other)}/*`, `**/../${other}/**`],
      message: `${workspace} may not import ${other}: parts meet in the manifest, the state store and their admin interface; the cli puts them together. Put a shared type or port in core/.`,
    }));

const bannedEffects = [...effectModules.flatMap((module) => [module, `node:${module}`]), ...effectPackages].map(
  (name) => ({
    name,
    message: `Effects have names: import ${name} only in a file called *-{${effectSuffixes.join(',')}}.ts, and pass what it makes as an argument.`,
    allowTypeImports: true,
  }),
);

/** Users run the packages on Node.js 22, which lacks these classes (it has the symbols, and `using` is compiled away). */
const missingInNode22 = ['AsyncDisposableStack', 'DisposableStack'].map((name) => ({
  name,
  message: `Node.js 22 has no ${name}, and users run overgrow on it: see cli/undo-stack.ts.`,
}));

const fetchIsAnEffect = {
  name: 'fetch',
  message: `Effects have names: call fetch only in a file called *-{${effectSuffixes.join(',')}}.ts.`,
};

const clockAndChance = [
  { object: 'Date', property: 'now' },
  { object: 'Math', property: 'random' },
].map((name) => ({
  ...name,
  message: 'Time and randomness come in as arguments (core/runtime/clock.ts), so that tests hold them still.',
}));

/** Each workspace: no other part, and no effects. */
export const layerRules: OxlintOverride[] = workspaces.map((workspace) => ({
  files: [`${workspace}/**/*.ts`],
  rules: {
    'no-restricted-imports': ['error', { patterns: bannedWorkspaces(workspace), paths: bannedEffects }],
    'no-restricted-globals': ['error', ...missingInNode22, fetchIsAnEffect],
    'no-restricted-properties': ['error', ...clockAndChance],
  },
}));

/** Files named for an effect, and tests: still no other part. */
export const effectRules: OxlintOverride[] = workspaces.map((workspace) => ({
  files: [
    // The one place that reads the machine's clock for everyone.
    ...(workspace === 'core' ? ['core/runtime/clock.ts'] : []),
    ...effectSuffixes.flatMap((suffix) => [`${workspace}/**/*-${suffix}.ts`, `${workspace}/**/${suffix}.ts`]),
    `${workspace}/**/*.test.ts`,
    `${workspace}/**/*-contract.ts`,
  ],
  rules: {
    'no-restricted-imports': ['error', { patterns: bannedWorkspaces(workspace) }],
    'no-restricted-globals': ['error', ...missingInNode22],
    'no-restricted-properties': 'off',
  },
}));
