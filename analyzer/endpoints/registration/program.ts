/**
 * Code that registers routes, in the few forms that matter to it: values, calls, loops, branches. Made from a syntax tree in one
 * module, run later over all of them (see `interpreter.ts`). Plain data, as everything that goes through the cache.
 */
export type Code =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'join'; readonly parts: readonly Code[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'self' }
  | { readonly kind: 'parent' }
  | { readonly kind: 'member'; readonly object: Code; readonly key: Code }
  | CallCode
  | { readonly kind: 'record'; readonly entries: readonly { readonly key: Code | undefined; readonly value: Given }[] }
  | { readonly kind: 'list'; readonly items: readonly Given[] }
  | { readonly kind: 'spread'; readonly of: Code }
  | { readonly kind: 'function'; readonly code: FunctionCode }
  | { readonly kind: 'class'; readonly code: ClassCode }
  /** `require(x)` and `import(x)`. */
  | { readonly kind: 'module'; readonly specifier: Code; readonly name: '=' | '*' }
  | { readonly kind: 'either'; readonly options: readonly Code[] }
  | { readonly kind: 'when'; readonly test: Code; readonly yes: Code; readonly no: Code }
  | { readonly kind: 'compare'; readonly equal: boolean; readonly left: Code; readonly right: Code }
  | { readonly kind: 'not'; readonly of: Code }
  | { readonly kind: 'assign'; readonly target: Code; readonly value: Code }
  | { readonly kind: 'sequence'; readonly parts: readonly Code[] }
  | { readonly kind: 'unknown' };

/** What a call is given, with where it is written. */
export interface Given {
  readonly code: Code;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

export interface CallCode {
  readonly kind: 'call';
  readonly callee: Code;
  readonly construct: boolean;
  readonly given: readonly Given[];
  readonly from: number;
  readonly to: number;
  /** Of the last name of the callee: in a chain of calls each has a line of its own. */
  readonly line: number;
}

export type Pattern =
  | { readonly kind: 'name'; readonly name: string; readonly fallback?: Code }
  | {
      readonly kind: 'record';
      readonly fields: readonly { readonly key: string; readonly pattern: Pattern }[];
      readonly rest?: string;
      readonly fallback?: Code;
    }
  | { readonly kind: 'list'; readonly items: readonly (Pattern | undefined)[] };

export interface ParameterCode {
  readonly pattern: Pattern;
  readonly type?: string;
  readonly rest: boolean;
  /** `constructor(private readonly orders: Orders)` is a field too. */
  readonly field: boolean;
}

export interface FunctionCode {
  /** The unit that its code belongs to: its own, or the one around it. */
  readonly unit: string;
  /** Whether `unit` is its own. */
  readonly named: boolean;
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly arrow: boolean;
  readonly parameters: readonly ParameterCode[];
  /** The type that its variable is declared with: `const routes: FastifyPluginAsync = …`. */
  readonly contract?: string;
  /** Undefined for what only answers requests: nothing is registered in there. */
  readonly steps: readonly Step[] | undefined;
  /** Parameters of the functions around it that it uses: `(request, response) => handler(request)`. */
  readonly uses: readonly string[];
  /** Whether a call in there looks like the registration of a route. */
  readonly speaks: boolean;
}

export interface ClassCode {
  readonly unit: string | undefined;
  readonly name: string | undefined;
  readonly parent: Code | undefined;
  readonly members: readonly {
    readonly key: Code;
    readonly kind: 'method' | 'get' | 'field';
    readonly static: boolean;
    readonly value: Code;
    readonly type?: string;
  }[];
  readonly line: number;
  readonly speaks: boolean;
}

export type Step =
  | { readonly kind: 'do'; readonly code: Code }
  | { readonly kind: 'let'; readonly pattern: Pattern; readonly value: Code; readonly type?: string }
  | { readonly kind: 'return'; readonly value: Code | undefined }
  /** `continue`, `break`, `throw`. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'when'; readonly test: Code; readonly yes: readonly Step[]; readonly no: readonly Step[] }
  /** Each alternative may happen: cases, a handler of errors, a loop of which nothing is known. */
  | { readonly kind: 'maybe'; readonly steps: readonly Step[] }
  | {
      readonly kind: 'each';
      readonly pattern: Pattern;
      readonly over: Code;
      readonly keys: boolean;
      readonly body: readonly Step[];
    };

/** How a module's exported name is found. */
export type ExportCode =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'from'; readonly specifier: string; readonly name: string };

export interface ModuleProgram {
  readonly imports: ReadonlyMap<string, { readonly specifier: string; readonly name: string }>;
  readonly exports: ReadonlyMap<string, ExportCode>;
  readonly stars: readonly string[];
  readonly steps: readonly Step[];
}

export const unknownCode: Code = { kind: 'unknown' };
