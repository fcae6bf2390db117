import type { TextPiece } from '../../source/module-summary.ts';

/** A text that may be SQL, with what speaks for it. */
export interface SqlText {
  readonly unit: string;
  readonly pieces: readonly TextPiece[];
  /** Pieces added later with `+=`. */
  readonly added: readonly (readonly TextPiece[])[];
  /** Last name of the call or tag that takes it: `query` of `pool.query(…)`. */
  readonly taker: string | undefined;
  /** A part of a statement that is put together elsewhere. */
  readonly fragment: boolean;
  /** The top-level name that holds the text: it counts where it is used, and here only when nobody does. */
  readonly holder?: string;
  readonly at: number;
  readonly line: number;
}
