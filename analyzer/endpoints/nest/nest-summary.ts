import type { StaticCall, StaticObject, StaticValue } from '../../source/static-value.ts';

/** What a module says to NestJS outside of its decorators. */
export interface NestSummary {
  /** Decorators put together with `applyDecorators`, by the function that does it. */
  readonly composed: ReadonlyMap<string, readonly StaticCall[]>;
  /** Lists at the top level, which `@Module` may spread. */
  readonly lists: ReadonlyMap<string, StaticValue>;
  /** What `forRoot` and the like give back: `{ module: Orders, controllers: […] }`. */
  readonly dynamicModules: readonly StaticObject[];
  /** `NestFactory.create(AppModule)`. */
  readonly roots: readonly StaticValue[];
  /** `setGlobalPrefix`, `enableVersioning`, `useGlobalGuards`, `listen`. */
  readonly settings: readonly { readonly call: StaticCall; readonly line: number }[];
  /** `RouterModule.register([{ path, module, children }])`. */
  readonly routes: readonly StaticCall[];
}
