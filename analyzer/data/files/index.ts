import path from 'node:path/posix';
import type { TextPiece } from '../../source/module-summary.ts';
import type { Outcome, StoreClient } from '../stores/store-client.ts';
import { patternOf } from '../stores/text-patterns.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument } from '../values/value.ts';

const client = 'files';
const packages = /^(?:fs|fs\/promises|fs-extra|graceful-fs|mz\/fs|jsonfile)$/;

/** Functions by what they do to the path that comes first (and, after `>`, second). */
const operations: Readonly<Record<string, string>> = {
  readFile: 'r',
  readFileSync: 'r',
  readJson: 'r',
  readJSON: 'r',
  readJsonSync: 'r',
  createReadStream: 'r',
  readdir: 'r',
  readdirSync: 'r',
  opendir: 'r',
  writeFile: 'w',
  writeFileSync: 'w',
  appendFile: 'w',
  appendFileSync: 'w',
  createWriteStream: 'w',
  outputFile: 'w',
  outputFileSync: 'w',
  writeJson: 'w',
  writeJSON: 'w',
  writeJsonSync: 'w',
  outputJson: 'w',
  unlink: 'w',
  unlinkSync: 'w',
  rm: 'w',
  rmSync: 'w',
  rmdir: 'w',
  rmdirSync: 'w',
  remove: 'w',
  removeSync: 'w',
  truncate: 'w',
  emptyDir: 'w',
  emptyDirSync: 'w',
  rename: 'w>w',
  renameSync: 'w>w',
  move: 'w>w',
  moveSync: 'w>w',
  copyFile: 'r>w',
  copyFileSync: 'r>w',
  copy: 'r>w',
  copySync: 'r>w',
  cp: 'r>w',
  cpSync: 'r>w',
};

/** Files that are read and written, by their path below the repository, with `*` for what only run time knows. */
export const files: StoreClient = {
  name: client,
  packages,
  methods: [...Object.keys(operations), ...Object.keys(operations).map((name) => `${name}Async`)],
  external({ package: name, names }, given, ask) {
    if (name === 'path' || name === 'path/posix')
      return /^(?:posix\.)?(?:join|resolve)\.\(\)$/.test(names.join('.')) ? joined(given, ask) : undefined;
    if (name === 'process' && names.join('.') === 'cwd.()')
      return { kind: 'text', module: '', pieces: [{ kind: 'text', text: '/.' }] };
    if (!packages.test(name)) return undefined;
    const [last] = names.filter((one) => one !== 'promises' && one !== 'default');
    if (last === undefined) return { kind: 'store', client, role: 'disk' };
    return Object.hasOwn(operations, last) && names.at(-1) === last
      ? { kind: 'store', client, role: 'function', detail: last }
      : undefined;
  },
  member(store, name) {
    if (store.role !== 'disk') return undefined;
    return name === 'promises'
      ? store
      : Object.hasOwn(operations, name)
        ? { ...store, role: 'function', detail: name }
        : undefined;
  },
  call(store, method, given, _followedBy, ask) {
    const name = method === '()' && typeof store.detail === 'string' ? store.detail : method.replace(/Async$/, '');
    const modes = Object.hasOwn(operations, name) ? operations[name] : undefined;
    return modes === undefined || given.length === 0 ? undefined : fileAccesses(modes, given, ask);
  },
};

function fileAccesses(modes: string, given: readonly Argument[], ask: Evaluator): Outcome {
  const accesses = modes.split('>').flatMap((mode, index) =>
    [...new Set(pathsOf(given[index], ask))].map((entity) => ({
      mode: mode === 'w' ? ('write' as const) : ('read' as const),
      entity,
      kind: 'file' as const,
    })),
  );
  if (accesses.length > 0) return { accesses };
  return { unresolved: 'The file is only named at run time.', open: ask.evaluate(given[0])?.kind === 'open' };
}

function pathsOf(argument: Argument | undefined, ask: Evaluator): string[] {
  return ask.texts(argument).flatMap((text) => {
    const pattern = patternOf(text);
    const rooted = pattern.startsWith('/.') ? pattern.slice(2).replace(/^\/+/, '') : pattern;
    const clean = path
      .normalize(rooted === '' ? '.' : rooted)
      .replace(/^(?:\.\/)+/, '')
      .replace(/\/$/, '');
    // Without a start that is known it could be any file.
    return /^[*./]*$|^\*/.test(clean) ? [] : [clean];
  });
}

/** `path.join(__dirname, '../uploads', name)`: `__dirname` is the folder of the module, below the repository. */
function joined(given: readonly Argument[], ask: Evaluator) {
  const pieces = given.flatMap((argument, index): TextPiece[] => {
    const slash: TextPiece[] = index === 0 ? [] : [{ kind: 'text', text: '/' }];
    const value = ask.evaluate(argument);
    if (value?.kind === 'named' && value.name === '__dirname') {
      const folder = argument.environment.module.split('/').slice(0, -1).join('/');
      return [...slash, { kind: 'text', text: folder === '' ? '/.' : `/./${folder}` }];
    }
    const { expression } = argument;
    if (expression.kind === 'call' && expression.of.kind === 'member' && expression.of.name === 'cwd')
      return [...slash, { kind: 'text', text: '/.' }];
    const [text] = ask.texts(argument);
    if (text === undefined) return [...slash, { kind: 'hole', source: '…' }];
    return [
      ...slash,
      ...text.map((piece): TextPiece =>
        piece === undefined ? { kind: 'hole', source: '…' } : { kind: 'text', text: piece },
      ),
    ];
  });
  return { kind: 'text', module: given[0]?.environment.module ?? '', pieces } as const;
}
