import type { SymbolLinker } from '../dependencies/link-symbols.ts';
import type { TextPiece } from './module-summary.ts';

/** A text with `undefined` where only run time knows. */
export type ResolvedText = readonly (string | undefined)[];

const maxVariants = 6;

/** Every text that pieces can stand for, the first alternative of each choice first. At most six. */
export function resolveText(
  module: string,
  pieces: readonly TextPiece[],
  linker: SymbolLinker,
  depth = 0,
): readonly ResolvedText[] {
  let variants: ResolvedText[] = [[]];
  for (const piece of pieces) {
    const endings = endingsOf(module, piece, linker, depth);
    variants = variants.flatMap((variant) => endings.map((ending) => [...variant, ...ending])).slice(0, maxVariants);
  }
  return variants.map(joinNeighbours);
}

function endingsOf(module: string, piece: TextPiece, linker: SymbolLinker, depth: number): readonly ResolvedText[] {
  switch (piece.kind) {
    case 'text':
      return [[piece.text]];
    case 'hole':
      return [[undefined]];
    case 'choice':
      return piece.texts.flatMap((text) => resolveText(module, text, linker, depth + 1));
    case 'symbol': {
      const known = depth > 6 ? undefined : linker.textOf(module, piece.path);
      return known === undefined ? [[undefined]] : resolveText(known.module, known.pieces, linker, depth + 1);
    }
  }
}

function joinNeighbours(text: ResolvedText): ResolvedText {
  const joined: (string | undefined)[] = [];
  for (const piece of text) {
    const last = joined.at(-1);
    if (piece !== undefined && last !== undefined) joined[joined.length - 1] = last + piece;
    else joined.push(piece);
  }
  return joined;
}
