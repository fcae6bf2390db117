import path from 'node:path';
import type { Machine } from './machine.ts';
import { repositoryRoot } from './repository-root.ts';
import {
  absent,
  alternatives,
  choiceOf,
  itemOf,
  knownText,
  listValue,
  textValue,
  unknown,
  type Item,
  type RecordValue,
  type Site,
  type TextValue,
  type Value,
} from './values.ts';

type Native = (given: readonly Item[], site: Site) => Value;

function native(call: Native): Value {
  return { kind: 'native', call };
}

/** `Object`, `Promise`, `Array` and what else is there without an import. */
export function nativeNamed(name: string): Value | undefined {
  switch (name) {
    case 'Object':
      return tableOf({
        keys: listed((record, site) => [...record.fields.keys()].map((key) => itemOf(textValue(key), site))),
        values: listed((record) => [...record.fields.values()]),
        entries: listed((record, site) =>
          [...record.fields].map(([key, item]) => itemOf(listValue([itemOf(textValue(key), site), item]), site)),
        ),
        assign: native((given) => {
          const [target, ...sources] = given;
          if (target?.value.kind !== 'record') return target?.value ?? unknown;
          for (const source of sources)
            if (source.value.kind === 'record')
              for (const [key, item] of source.value.fields) target.value.fields.set(key, item);
          return target.value;
        }),
        freeze: native(([first]) => first?.value ?? unknown),
      });
    case 'Promise':
      return tableOf({
        all: native(([first]) => first?.value ?? unknown),
        allSettled: native(([first]) => first?.value ?? unknown),
        resolve: native(([first]) => first?.value ?? unknown),
      });
    case 'Array':
      return tableOf({
        from: native(([first]) => first?.value ?? unknown),
        of: native((given) => listValue(given)),
      });
    case 'JSON':
      return tableOf({ parse: native(([first]) => first?.value ?? unknown) });
    case 'String':
      return native(([first]) => first?.value ?? unknown);
    case 'undefined':
    case 'null':
      return unknown;
    default:
      return undefined;
  }
}

function tableOf(members: Readonly<Record<string, Value>>): Value {
  const fields = new Map<string, Item>();
  for (const [key, value] of Object.entries(members)) fields.set(key, { value, module: '', from: -1, to: -1, line: 1 });
  return { kind: 'record', fields };
}

function listed(items: (record: RecordValue, site: Site) => Item[]): Value {
  return native(([first], site) => {
    const records = alternatives(first?.value ?? unknown).filter((value) => value.kind === 'record');
    return records.length === 0 ? unknown : listValue(records.flatMap((record) => items(record, site)));
  });
}

/** The default export of a CommonJS module is the module. */
export function recordMember(record: RecordValue, key: string): Value {
  if (key === 'default' && record.fields.size > 0) return record;
  return record.whole === true ? absent : unknown;
}

/** Methods of lists that go over their items. */
export function listMember(items: Item[], key: string, machine: Machine): Value {
  const index = /^\d+$/.test(key) ? items[Number(key)] : undefined;
  if (index !== undefined) return index.value;
  const each = (given: readonly Item[], site: Site): { item: Item; result: Value }[] => {
    const [callback] = given;
    if (callback === undefined) return [];
    return items.map((item, at) => ({
      item,
      result: machine.call(callback.value, [item, itemOf(textValue(String(at)), site)], site),
    }));
  };
  switch (key) {
    case 'forEach':
    case 'map':
      return native((given, site) =>
        listValue(each(given, site).map(({ item, result }) => ({ ...item, value: result }))),
      );
    case 'flatMap':
      return native((given, site) =>
        listValue(
          each(given, site).flatMap(({ item, result }) =>
            result.kind === 'list' ? result.items : [{ ...item, value: result }],
          ),
        ),
      );
    case 'filter':
      return native((given, site) =>
        listValue(
          each(given, site)
            .filter(({ result }) => result.kind !== 'flag' || result.value)
            .map(({ item }) => item),
        ),
      );
    case 'reduce':
      return native(([callback, start], site) => {
        let held: Value = start?.value ?? unknown;
        for (const item of items)
          if (callback !== undefined) held = machine.call(callback.value, [itemOf(held, site), item], site);
        return held;
      });
    case 'concat':
      return native((given) =>
        listValue([...items, ...given.flatMap((item) => (item.value.kind === 'list' ? item.value.items : [item]))]),
      );
    case 'push':
    case 'unshift':
      return native((given) => {
        items.push(...given);
        return unknown;
      });
    case 'find':
    case 'at':
    case 'pop':
    case 'shift':
      return native(() => choiceOf(items.map((item) => item.value)));
    case 'join':
      return native(([by]) => {
        const between = knownText(by?.value ?? unknown) ?? ',';
        const texts = items.map((item) => (item.value.kind === 'text' ? item.value.parts : [undefined]));
        return textValue(...texts.flatMap((parts, at) => (at === 0 ? parts : [between, ...parts])));
      });
    case 'slice':
      return native(([from]) => listValue(items.slice(Number(knownText(from?.value ?? unknown) ?? 0) || 0)));
    case 'sort':
    case 'reverse':
    case 'flat':
      return native(() =>
        listValue(
          key === 'flat' ? items.flatMap((item) => (item.value.kind === 'list' ? item.value.items : [item])) : items,
        ),
      );
    case 'includes':
      return native(([wanted]) => {
        const text = knownText(wanted?.value ?? unknown);
        const known = items.map((item) => knownText(item.value));
        return text === undefined || known.includes(undefined)
          ? unknown
          : { kind: 'flag', value: known.includes(text) };
      });
    default:
      return unknown;
  }
}

/** Methods of texts, where all of the text is known. */
export function textMember(text: TextValue, key: string): Value {
  const whole = knownText(text);
  const same = native(() => text);
  if (whole === undefined) return key === 'toString' || key === 'trim' ? same : native(() => textValue(undefined));
  const argument = (given: readonly Item[], at: number) => knownText(given[at]?.value ?? unknown);
  switch (key) {
    case 'toString':
    case 'trim':
    case 'valueOf':
      return same;
    case 'toLowerCase':
      return native(() => textValue(whole.toLowerCase()));
    case 'toUpperCase':
      return native(() => textValue(whole.toUpperCase()));
    case 'concat':
      return native((given) =>
        textValue(whole, ...given.flatMap((item) => (item.value.kind === 'text' ? item.value.parts : [undefined]))),
      );
    case 'replace':
    case 'replaceAll':
      return native((given) => {
        const [from, to] = [argument(given, 0), argument(given, 1)];
        return from === undefined || to === undefined
          ? textValue(undefined)
          : textValue(replaced(whole, from, to, key === 'replaceAll'));
      });
    case 'split':
      return native((given, site) => {
        const by = argument(given, 0);
        return by === undefined ? unknown : listValue(whole.split(by).map((part) => itemOf(textValue(part), site)));
      });
    case 'slice':
    case 'substring':
      return native((given) => {
        const [from, to] = [argument(given, 0), argument(given, 1)].map((value) =>
          value === undefined ? undefined : Number(value),
        );
        return textValue(whole.slice(from, to));
      });
    case 'endsWith':
    case 'startsWith':
    case 'includes':
      return native((given) => {
        const wanted = argument(given, 0);
        return wanted === undefined ? unknown : { kind: 'flag', value: whole[key](wanted) };
      });
    default:
      return unknown;
  }
}

/** A pattern comes as it is written: `/\.ts$/`. */
function replaced(text: string, from: string, to: string, all: boolean): string {
  const pattern = /^\/(.+)\/([a-z]*)$/.exec(from);
  if (pattern === null) return all ? text.replaceAll(from, to) : text.replace(from, to);
  try {
    return text.replace(new RegExp(pattern[1] ?? '', pattern[2]), to);
  } catch {
    return text;
  }
}

/** Paths of the file system, as `path.join` puts them together. */
export function joinFilePath(given: readonly Item[], absolute: boolean): Value {
  const texts = given.map((item) => knownText(item.value));
  if (texts.includes(undefined)) return unknown;
  const parts = texts.flatMap((text) => text ?? []);
  return textValue(absolute ? path.posix.resolve(repositoryRoot, ...parts) : path.posix.join(...parts));
}
