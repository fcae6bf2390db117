import { parseProperties, type CaptureProperties } from '@overgrow/cdc';
import { OvergrowError } from '@overgrow/core';

/** What of the command's options are Debezium's properties under shorter names. */
export interface PropertyOptions {
  readonly tables?: string;
  readonly prefix?: string;
  readonly schemas?: boolean;
  /** `prop=value`, in order; a later one wins. */
  readonly debezium: readonly string[];
}

/**
 * All properties of a capture: those of a connector's file, those given by name, and the short options, which win.
 * @throws CDC_PROPERTY_INVALID with all that is wrong.
 */
export function captureProperties(
  options: PropertyOptions,
  connector: Readonly<Record<string, unknown>>,
): CaptureProperties {
  const faults: string[] = [];
  const given = new Map(Object.entries(connector).map(([name, value]) => [name, String(value)]));
  for (const pair of options.debezium) {
    const equals = pair.indexOf('=');
    if (equals < 1) faults.push(`"${pair}" is no property; write --debezium name=value.`);
    else given.set(pair.slice(0, equals).trim(), pair.slice(equals + 1));
  }
  if (options.tables !== undefined) given.set('table.include.list', tablePatterns(options.tables));
  if (options.prefix !== undefined) given.set('topic.prefix', options.prefix);
  if (options.schemas === true) given.set('converter.schemas.enable', 'true');
  if ((given.get('topic.prefix') ?? '').trim() === '') {
    faults.push('The events need a prefix for their topics: --prefix, or the property topic.prefix.');
  }
  const result = parseProperties(given);
  if (result.kind === 'faults') faults.push(...result.faults);
  if (result.kind === 'valid' && faults.length === 0) return result.properties;
  throw new OvergrowError('CDC_PROPERTY_INVALID', faults.join('\n'));
}

/** `public.*,audit.log`: a `*` is any part of a name, also behind the `.` of a regular expression, `public..*`. */
const tablePatterns = (tables: string) =>
  tables
    .split(',')
    .map((table) =>
      table
        .trim()
        .replaceAll('.*', '*')
        .replaceAll('*', '.*')
        .replaceAll(/\.(?!\*)/g, String.raw`\.`),
    )
    .map((pattern) =>
      pattern.includes(String.raw`\.`) || pattern.startsWith('.*') ? pattern : pattern.replace('.*', String.raw`\..*`),
    )
    .join(',');
