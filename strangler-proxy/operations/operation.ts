import type { OperationProtocol } from '../config/proxy-config.ts';

/**
 * What a body asks for, where a path or a method doesn't say: one part for each field of a GraphQL operation and for each
 * call of a batch. Parts are matched one by one; a request whose parts take different routes is mixed.
 */
export type Operations =
  | {
      readonly kind: 'read';
      readonly parts: readonly OperationPart[];
      /** All parts only read, as far as the protocol says. */ readonly safe: boolean | undefined;
    }
  /** It could not be read as what it should be: it may write, and no service is known to understand it. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface OperationPart {
  readonly protocol: OperationProtocol;
  /** `graphql.type`, `graphql.field`, … as conditions name them. */
  readonly values: Readonly<Record<string, string>>;
}

/** What an operation is read from. */
export interface OperationSource {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly rawHeaders: readonly string[];
  /** Undefined: there is none, or it is larger than the bound. */
  readonly body: Buffer | undefined;
  /** There is a body that was not read. */
  readonly unreadBody: boolean;
}

export const unreadable = (reason: string): Operations => ({ kind: 'unreadable', reason });
