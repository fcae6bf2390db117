import path from 'node:path';
import type { Machine } from './machine.ts';
import { joinFilePath } from './natives.ts';
import { repositoryRoot } from './repository-root.ts';
import { itemOf, knownText, listValue, textValue, unknown, type Item, type Site, type Value } from './values.ts';

/** What a call of a value outside of the programs gives: a framework's router, a path of the file system, or undefined. */
export function packageCall(
  callee: Extract<Value, { kind: 'symbol' }>,
  given: readonly Item[],
  site: Site,
  construct: boolean,
  machine: Machine,
): Value | undefined {
  const { root, steps } = callee.path;
  if (root.kind !== 'import') return undefined;
  const names = [root.name, ...steps].filter((name) => name !== 'default' && name !== '=' && name !== '*');
  const specifier = root.specifier.replace(/^node:/, '');
  for (const framework of machine.frameworks) {
    if (!framework.packages.has(specifier)) continue;
    const made = framework.create({ specifier, names, construct, given, site }, machine);
    if (made !== undefined) return made;
  }
  if (specifier === 'path') return pathCall(names.at(-1), given);
  if (specifier === 'url' && names.at(-1) === 'fileURLToPath') return given[0]?.value;
  if (/^(?:fs|fs-extra|fs\/promises|graceful-fs)$/.test(specifier))
    return folderCall(names.at(-1), given, site, machine);
  return /^(?:glob|fast-glob|globby|tinyglobby)$/.test(specifier) ? globCall(given, site, machine) : undefined;
}

function pathCall(name: string | undefined, given: readonly Item[]): Value | undefined {
  const text = knownText(given[0]?.value ?? unknown);
  switch (name) {
    case 'join':
      return joinFilePath(given, false);
    case 'resolve':
      return joinFilePath(given, true);
    case 'dirname':
      return text === undefined ? unknown : textValue(path.posix.dirname(text));
    case 'basename':
      return text === undefined ? unknown : textValue(path.posix.basename(text, knownText(given[1]?.value ?? unknown)));
    case 'extname':
      return text === undefined ? unknown : textValue(path.posix.extname(text));
    default:
      return undefined;
  }
}

/** `readdirSync(folder)`: the modules and folders that are there. Relative paths start at the repository, as programs do. */
function folderCall(name: string | undefined, given: readonly Item[], site: Site, machine: Machine): Value | undefined {
  // What a settings file holds: `JSON.parse(readFileSync('settings.json'))`.
  if (name === 'readFileSync' || name === 'readFile' || name === 'readJsonSync' || name === 'readJson') {
    const file = insideRepository(knownText(given[0]?.value ?? unknown));
    return file !== undefined && file.endsWith('.json') && machine.programs.has(file)
      ? machine.exported(file, '=')
      : unknown;
  }
  if (name !== 'readdirSync' && name !== 'readdir') return undefined;
  const folder = insideRepository(knownText(given[0]?.value ?? unknown));
  if (folder === undefined) return unknown;
  const entries = new Set<string>();
  for (const id of machine.project.modules.keys())
    if (folder === '' || id.startsWith(`${folder}/`))
      entries.add(id.slice(folder === '' ? 0 : folder.length + 1).split('/')[0] ?? '');
  return listValue([...entries].map((entry) => itemOf(textValue(entry), site)));
}

/** `glob.sync('routes/*.js')`, with the folder that `cwd` names. */
function globCall(given: readonly Item[], site: Site, machine: Machine): Value {
  const pattern = knownText(given[0]?.value ?? unknown);
  if (pattern === undefined) return unknown;
  const options = given[1]?.value;
  const cwd = options?.kind === 'record' ? knownText(options.fields.get('cwd')?.value ?? unknown) : undefined;
  const whole = path.posix.resolve(repositoryRoot, cwd ?? '', pattern);
  const matched = [...machine.project.modules.keys()].filter((id) =>
    path.posix.matchesGlob(path.posix.join(repositoryRoot, id), whole),
  );
  return listValue(matched.map((id) => itemOf(textValue(path.posix.join(repositoryRoot, id)), site)));
}

/** The path below the repository; `''` is the repository itself. */
export function insideRepository(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const whole = path.posix.resolve(repositoryRoot, file);
  if (whole === repositoryRoot) return '';
  return whole.startsWith(`${repositoryRoot}/`) ? whole.slice(repositoryRoot.length + 1) : undefined;
}
