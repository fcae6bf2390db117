import type { NamedShapes } from '../object-shape/named-shapes.ts';
import type { ObjectShape } from '../object-shape/object-shape.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { PrismaSchema } from './prisma-schema.ts';

/** `holder.model.operation(args)`, before it is known whether the holder is a client and the model one of the schema. */
export interface PrismaCall {
  readonly unit: string;
  readonly holder: {
    readonly name: string | undefined;
    /** The name of its annotated type. */
    readonly type: string | undefined;
    readonly path: SymbolPath | undefined;
  };
  /** Undefined when it is computed: `prisma[name].findMany()`. */
  readonly model: string | undefined;
  readonly operation: string;
  readonly args: ObjectShape;
  readonly at: number;
  readonly line: number;
}

export type PrismaFound =
  | { readonly kind: 'schema'; readonly schema: PrismaSchema }
  | { readonly kind: 'module'; readonly calls: readonly PrismaCall[]; readonly shapes: NamedShapes };
