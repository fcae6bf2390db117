import type { Site, TextValue } from './values.ts';

/**
 * Where a reader would say that a route is written: the innermost call that its path stands in, and for the row of a table the
 * row. A helper that registers for others is no such place.
 */
export function placeOfRoute(
  paths: readonly TextValue[],
  site: Site,
  stack: readonly Site[],
): { readonly module: string; readonly line: number } {
  const origin = paths[0]?.origin;
  if (origin === undefined) return { module: site.module, line: site.line };
  const around = [...stack, site].findLast(
    (call) => call.module === origin.module && call.from <= origin.at && origin.at < call.to,
  );
  return { module: origin.module, line: around?.line ?? origin.line };
}
