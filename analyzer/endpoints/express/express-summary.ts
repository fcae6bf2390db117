import type { SymbolPath, TextPiece } from '../../source/module-summary.ts';

/** How a module names a router: one that it makes, a parameter, what a call gives back, or a value from elsewhere. */
export type RouterRef =
  | { readonly kind: 'own'; readonly id: string }
  | { readonly kind: 'parameter'; readonly unit: string; readonly index: number; readonly key: string | undefined }
  | { readonly kind: 'call'; readonly callee: SymbolPath }
  | { readonly kind: 'symbol'; readonly path: SymbolPath };

export interface RouteRecord {
  readonly router: RouterRef;
  readonly method: string;
  /** Alternatives; each is a list of segments joined in order (`route('/a')` before `get`). */
  readonly paths: readonly (readonly TextPiece[])[];
  readonly guards: readonly string[];
  /** Where the handler stands: references and named functions inside belong to the endpoint. */
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

export interface MountRecord {
  readonly router: RouterRef;
  readonly target: RouterRef;
  readonly paths: readonly (readonly TextPiece[])[];
  readonly guards: readonly string[];
  readonly line: number;
}

export interface ExpressSummary {
  /** Routers and apps made here, by id. `app` is what `express()` gives. */
  readonly routers: ReadonlyMap<string, { readonly app: boolean; readonly line: number }>;
  /** Top-level names and class fields that hold a router of this module. */
  readonly bindings: ReadonlyMap<string, RouterRef>;
  /** What a function of this module gives back. */
  readonly returned: ReadonlyMap<string, RouterRef>;
  readonly routes: readonly RouteRecord[];
  readonly mounts: readonly MountRecord[];
  /** Guards that every later route of a router passes: `router.use(requireLogin)`. */
  readonly uses: readonly { readonly router: RouterRef; readonly guards: readonly string[]; readonly at: number }[];
  /** A router handed to a function. */
  readonly passed: readonly {
    readonly callee: SymbolPath;
    readonly index: number;
    readonly key: string | undefined;
    readonly router: RouterRef;
  }[];
}
