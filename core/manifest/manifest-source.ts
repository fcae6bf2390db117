import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { interpolate } from './interpolate.ts';

/** Where something stands: from `start` to `end`, in UTF-16 units of the text. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

export type ManifestPath = readonly (string | number)[];

/** What is wrong at a path: with its key, or with its value. */
export interface PlacedFault {
  readonly path: ManifestPath;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A fault that has a range instead of a path: syntax. */
export interface RangedFault {
  readonly range: SourceRange;
  readonly path: ManifestPath;
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface ManifestSource {
  readonly document: Document;
  readonly lines: LineCounter;
  /** The plain value, environment put in. */
  readonly value: unknown;
  /** Found while reading: YAML syntax, missing variables. */
  readonly faults: readonly RangedFault[];
  /** True when the text is no YAML, so that nothing can be said of the rest. */
  readonly broken: boolean;
  /** True where the environment lacked a variable: what else is wrong there follows from that. */
  isUnresolved(path: ManifestPath): boolean;
  /** A value as it may be shown: what came from the environment is shown as it is written, `${NAME}`. */
  readonly show: (value: unknown) => string;
  /** The range of a path's key or value; of the nearest thing around it where the path does not exist. */
  locate(path: ManifestPath, at: 'key' | 'value'): SourceRange;
}

/** Aliases can make a small file a huge value. */
const maxNodes = 100_000;
/** Looking up an alias reads the document up to its anchor. */
const nodesPerAlias = 100;

/** YAML text → value, with the place of every key and value. Pure. */
export function readManifestSource(text: string, env: Readonly<Record<string, string | undefined>>): ManifestSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const faults: RangedFault[] = [...document.errors, ...document.warnings].map((error) => ({
    range: { start: error.pos[0], end: error.pos[1] },
    path: [],
    message: `this is not valid YAML: ${firstLine(error.message)}`,
  }));
  const broken = document.errors.length > 0;

  const places = new Map<string, { key?: SourceRange; value?: SourceRange }>();
  const unresolved: ManifestPath[] = [];
  const fromEnvironment = new Map<string, string>();
  let nodes = 0;
  let tooMuch = false;

  const resolveText = (source: string, path: ManifestPath, range: SourceRange): string => {
    const result = interpolate(source, env);
    for (const name of result.missing) {
      unresolved.push(path);
      faults.push({
        range,
        path,
        message: `the environment has no variable ${name}`,
        hint: `Set ${name}, or write \${${name}:-default}.`,
      });
    }
    for (const used of result.used) fromEnvironment.set(used.value, used.source);
    if (result.used.length > 0) fromEnvironment.set(result.text, source);
    return result.text;
  };

  const walk = (node: unknown, path: ManifestPath, around: readonly unknown[]): unknown => {
    if (tooMuch) return undefined;
    nodes += isAlias(node) ? nodesPerAlias : 1;
    const range = rangeOf(node);
    if (range !== undefined) places.set(keyOf(path), { ...places.get(keyOf(path)), value: range });
    const target = isAlias(node) ? node.resolve(document) : node;
    if (nodes > maxNodes || (isAlias(node) && around.includes(target))) {
      faults.push({ range: range ?? { start: 0, end: 1 }, path, message: 'this alias repeats too much of the file' });
      tooMuch = true;
      return undefined;
    }
    if (isAlias(node) && target === undefined) {
      faults.push({
        range: range ?? { start: 0, end: 1 },
        path,
        message: `no anchor &${node.source} stands before this alias`,
      });
      unresolved.push(path);
      return undefined;
    }
    const inside = [...around, target];
    if (isScalar(target)) {
      const { value } = target;
      return typeof value === 'string' ? resolveText(value, path, range ?? { start: 0, end: 1 }) : value;
    }
    if (isSeq(target)) return target.items.map((item, at) => walk(item, [...path, at], inside));
    if (!isMap(target)) return null;
    const entries = target.items.filter(isPair).map(({ key, value }): [string, unknown] => {
      const name = String(isScalar(key) ? key.value : key);
      const below = [...path, name];
      const keyRange = rangeOf(key);
      if (keyRange !== undefined) places.set(keyOf(below), { key: keyRange });
      return [name, walk(value, below, inside)];
    });
    return Object.fromEntries(entries);
  };

  const value = broken ? undefined : walk(document.contents, [], []);

  return {
    document,
    lines,
    value,
    faults,
    broken,
    isUnresolved: (path) =>
      unresolved.some((at) => at.length <= path.length && at.every((part, index) => part === path[index])),
    show: (shown) => `"${fromEnvironment.get(String(shown)) ?? hideParts(String(shown), fromEnvironment)}"`,
    locate: (path, at) => {
      const place = places.get(keyOf(path));
      const range = at === 'key' ? (place?.key ?? place?.value) : (place?.value ?? place?.key);
      if (range !== undefined && range.end > range.start) return range;
      if (place?.key !== undefined) return place.key;
      for (let length = path.length - 1; length > 0; length -= 1) {
        const above = places.get(keyOf(path.slice(0, length)));
        const found = above?.key ?? above?.value;
        if (found !== undefined) return found;
      }
      return { start: 0, end: 1 };
    },
  };
}

/** A part of a value that came from the environment, such as the schema of `${SCHEMA}.orders`. */
function hideParts(text: string, fromEnvironment: ReadonlyMap<string, string>): string {
  let shown = text;
  for (const [value, source] of fromEnvironment) if (value.length > 2) shown = shown.replaceAll(value, () => source);
  return shown;
}

const keyOf = (path: ManifestPath): string => JSON.stringify(path);
const firstLine = (message: string): string => message.split('\n', 1)[0]?.replace(/[.:]$/, '') ?? '';

function rangeOf(node: unknown): SourceRange | undefined {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range === null || range === undefined ? undefined : { start: range[0], end: range[1] };
}
