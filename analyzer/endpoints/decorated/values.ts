import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import { resolveText } from '../../source/resolve-text.ts';
import { itemsOf, piecesOf, type StaticValue } from '../../source/static-value.ts';

/** Stands for a part of a path or name that only run time knows. */
export const unknownText = ':unknown';

/** The text that a value stands for, with `:unknown` in its holes; undefined when it is no text at all. */
export function textOf(linker: SymbolLinker, module: string, value: StaticValue | undefined): string | undefined {
  return textsOf(linker, module, value)[0];
}

/** Every text that a value can stand for: items of a list, alternatives of a choice. */
export function textsOf(linker: SymbolLinker, module: string, value: StaticValue | undefined): string[] {
  return itemsOf(value).flatMap((item) => {
    const pieces = piecesOf(item);
    if (pieces === undefined || pieces.length === 0) return [];
    return resolveText(module, pieces, linker).map((text) => text.map((piece) => piece ?? unknownText).join(''));
  });
}
