import type { Machine } from '../registration/machine.ts';
import { insideRepository } from '../registration/package-values.ts';
import { knownText, textValue, unknown, type Item, type TextValue, type Value } from '../registration/values.ts';

type Settings = ReadonlyMap<string, Item>;

/**
 * The plug-ins that @fastify/autoload finds below a folder, each with the prefix that its folders give
 * (https://github.com/fastify/fastify-autoload#readme): an index file stands for its folder and keeps files beside it from
 * being loaded, `_id` is a parameter with `routeParams`, `autoPrefix` and `prefixOverride` are a plug-in's own word.
 */
export function autoload(
  settings: Settings,
  machine: Machine,
  load: (plugin: { readonly module: string; readonly prefix: readonly TextValue[] }) => void,
): void {
  const folder = insideRepository(knownText(settings.get('dir')?.value ?? unknown));
  if (folder === undefined) return;
  const options = settings.get('options')?.value;
  const start = options?.kind === 'record' ? knownText(options.fields.get('prefix')?.value ?? unknown) : undefined;
  const parameters = isOn(settings.get('routeParams'));
  const bare = isOff(settings.get('dirNameRoutePrefix'));
  const files = [...machine.project.modules.keys()].filter((id) => folder === '' || id.startsWith(`${folder}/`));
  const indexed = new Set(files.filter((id) => stem(id) === 'index').map(folderOf));
  for (const module of files) {
    if (
      /^autohooks$/i.test(stem(module)) ||
      (stem(module) !== 'index' && indexed.has(folderOf(module)) && folderOf(module) !== folder)
    )
      continue;
    const inner = folderOf(module)
      .slice(folder.length)
      .split('/')
      .filter((segment) => segment !== '');
    const segments = bare
      ? []
      : inner.map((segment) => (parameters && segment.startsWith('_') ? `:${segment.slice(1)}` : segment));
    const own = ownPrefix(machine.exported(module, '*'));
    const path = own?.override ?? ['', start ?? '', ...segments, own?.prefix ?? ''].join('/');
    load({ module, prefix: [textValue(path.replaceAll(/\/{2,}/g, '/'))] });
  }
}

/** `export const autoPrefix = '/x'`, or the same on the function that is exported. */
function ownPrefix(exported: Value): { readonly prefix?: string; readonly override?: string } | undefined {
  if (exported.kind !== 'record') return undefined;
  const read = (name: string) => knownText(exported.fields.get(name)?.value ?? unknown);
  const [prefix, override] = [read('autoPrefix'), read('prefixOverride')];
  return { ...(prefix === undefined ? {} : { prefix }), ...(override === undefined ? {} : { override }) };
}

function isOn(item: Item | undefined): boolean {
  return item?.value.kind === 'flag' && item.value.value;
}

function isOff(item: Item | undefined): boolean {
  return item?.value.kind === 'flag' && !item.value.value;
}

function folderOf(module: string): string {
  return module.split('/').slice(0, -1).join('/');
}

function stem(module: string): string {
  return (module.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
}
