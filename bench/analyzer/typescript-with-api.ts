import { registerHooks } from 'node:module';

/**
 * The peers read TypeScript through the JavaScript API of its compiler, which TypeScript 7 does not have. They get the last
 * release that has it; a process loads this before them (`--import`).
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const wanted = specifier === 'typescript' || specifier.startsWith('typescript/');
    return wanted
      ? nextResolve(specifier.replace('typescript', 'typescript-with-api'), { ...context, parentURL: import.meta.url })
      : nextResolve(specifier, context);
  },
});
