import type { Document } from 'yaml';
import { redactText } from '../runtime/redact.ts';
import { crossChecks } from './cross-checks.ts';
import { readManifestSource, type ManifestPath, type SourceRange } from './manifest-source.ts';
import { readOutline } from './outline.ts';
import { manifestSchema, type Manifest } from './schema.ts';
import { schemaFaults } from './schema-faults.ts';

/** One thing to mend in a manifest. Holds no value of the environment. */
export interface ManifestFault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** `routes[0].context`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
  /** The line as it is written, passwords in URLs masked, and how many columns the fault covers. */
  readonly excerpt: { readonly text: string; readonly length: number };
}

export type ParsedManifest =
  /** `document` keeps comments and places, for tools that change the file. */
  | { readonly kind: 'ok'; readonly manifest: Manifest; readonly document: Document }
  | { readonly kind: 'faults'; readonly faults: readonly ManifestFault[] };

export interface ParseManifestOptions {
  /** For the faults' text only. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Text of a manifest → manifest, or every fault at once: YAML, missing variables, shape, and what does not fit together.
 * Ordered by place. Pure; never throws on any text.
 */
export function parseManifest(text: string, options: ParseManifestOptions): ParsedManifest {
  const source = readManifestSource(text, options.env);
  const textLines = text.split(/\r\n|\r|\n/);
  const faultAt = (
    range: SourceRange,
    path: ManifestPath,
    message: string,
    hint: string | undefined,
  ): ManifestFault => {
    const { line, col } = source.lines.linePos(range.start);
    const written = textLines[Math.max(0, line - 1)] ?? '';
    const length = Math.min(range.end - range.start, written.length - col + 1);
    return {
      file: options.file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: renderPath(path),
      message,
      ...(hint === undefined ? {} : { hint }),
      excerpt: { text: redactText(written), length: Math.max(1, length) },
    };
  };

  const faults = source.faults.map(({ range, path, message, hint }) => faultAt(range, path, message, hint));
  if (source.broken) return { kind: 'faults', faults: inOrder(faults) };

  const parsed = manifestSchema.safeParse(source.value);
  const outline = readOutline(source.value);
  const placed = [
    ...(parsed.success ? [] : schemaFaults(source.value, parsed.error.issues, source.show)),
    ...crossChecks.flatMap((check) => check(outline, source.show)),
  ];
  for (const { path, at, message, hint } of placed) {
    if (!source.isUnresolved(path)) faults.push(faultAt(source.locate(path, at), path, message, hint));
  }
  if (parsed.success && faults.length === 0) return { kind: 'ok', manifest: parsed.data, document: source.document };
  return { kind: 'faults', faults: inOrder(faults) };
}

const inOrder = (faults: readonly ManifestFault[]) =>
  faults.toSorted((left, right) => left.line - right.line || left.column - right.column);

function renderPath(path: ManifestPath): string {
  return path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w-]+$/.test(part)) return `["${part}"]`;
      return at === 0 ? part : `.${part}`;
    })
    .join('');
}
