import type { Findings, FoundAccess, Project } from '../../adapters/adapter.ts';
import type { Unresolved } from '../../facts/facts.ts';
import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { TextPiece } from '../../source/module-summary.ts';
import { resolveText, type ResolvedText } from '../../source/resolve-text.ts';
import type { Catalogue } from '../sql/catalogue.ts';
import { parseWithHoles, type FilledSql } from '../sql/fill-holes.ts';
import { fragmentFrames, looksLikeSql, speaksForSql, startText, transactionWord } from '../sql/sql-words.ts';
import { undoesMigration } from '../sql/migrations.ts';
import { qualify, statementAccesses, type StatementAccesses } from '../sql/statement-accesses.ts';
import { unknownName } from '../sql/unknown-name.ts';
import type { SqlText } from './sql-summary.ts';

/** One statement in the source, before procedures are followed. */
interface FoundStatement {
  readonly module: string;
  readonly text: SqlText;
  readonly found: StatementAccesses;
}

type SqlTexts = ReadonlyMap<string, readonly SqlText[]>;

const definitions = /^\s*(?:create|alter|drop)\b/i;

/** Parses every SQL text of the source. Definitions go to the catalogue, the rest are statements with their tables. */
export function linkSql(texts: SqlTexts, project: Project): Findings {
  const { parser, catalogue } = project;
  const linker = withTableValues(project);
  const statements: FoundStatement[] = [];
  /** Units that say BEGIN themselves, as `[module, unit]`. */
  const begins = new Map<string, readonly [string, string]>();
  const unresolved: Unresolved[] = [];
  const used = usedHolders(texts, linker);
  for (const [module, found] of texts) {
    for (const text of found) {
      const start = startText(text.pieces) ?? '';
      const word = transactionWord(start);
      if (word === 'begin' && speaksForSql(start, text.taker))
        begins.set(`${module} ${text.unit}`, [module, text.unit]);
      const counted = text.holder === undefined || !used.has(`${module} ${text.holder}`);
      if (text.fragment) readFragment(module, text);
      else if (word === undefined && counted) readText(module, text);
    }
  }
  return {
    accesses: accessesOf(statements, catalogue),
    transactions: [...begins.values()].map(([module, unit]) => ({ kind: 'unit', module, unit })),
    unresolved,
  };

  function readText(module: string, text: SqlText): void {
    const variants = resolveText(module, text.pieces, linker);
    const added = text.added.map((pieces) => resolveText(module, pieces, linker)[0] ?? []);
    const place = `${module}:${text.line}`;
    let failure: string | undefined;
    let parsedAny = false;
    const undone = undoesMigration(text.unit);
    for (const variant of variants) {
      const plain = variant.map((piece) => piece ?? '…').join('');
      if (!looksLikeSql(plain) || !speaksForSql(plain, text.taker)) return;
      const parsed = parseWhole(variant, added);
      if (parsed.kind === 'failed') {
        failure = parsed.message;
        continue;
      }
      parsedAny = true;
      for (const statement of parsed.statements) {
        const defines = definitions.test(plain) && (undone || catalogue.define(statement, parsed.text, place));
        // `create table … as select` reads as well.
        if (defines && statement.kind !== 'CreateTableAsStmt') continue;
        const found = statementAccesses(statement);
        if (found.tables.some((access) => access.table === qualify(undefined, unknownName))) {
          unresolved.push({ place, what: 'sql', text: shorten(plain), reason: 'The table is only named at run time.' });
        }
        statements.push({ module, text, found });
      }
    }
    if (!parsedAny && failure !== undefined && !readFragment(module, text)) {
      const first = variants[0]?.map((piece) => piece ?? '…').join('') ?? '';
      // Prose that begins like a statement is not worth a report, unless a query takes it.
      unresolved.push({ place, what: 'sql', text: shorten(first), reason: `It doesn't parse: ${failure}.` });
    }
  }

  /** A fragment that fits no statement says nothing for certain, and the statement around it is reported when it fails. */
  function readFragment(module: string, text: SqlText): boolean {
    let read = false;
    for (const variant of resolveText(module, text.pieces, linker)) {
      const [first = '', ...rest] = variant;
      for (const { before, cut } of fragmentFrames(first)) {
        const parsed = parseWithHoles([before + first.replace(cut, ''), ...rest], parser);
        if (parsed.kind === 'failed') continue;
        for (const statement of parsed.statements)
          statements.push({ module, text, found: statementAccesses(statement) });
        read = true;
        break;
      }
    }
    return read;
  }

  /** With all that is added later, with each addition alone, or without any: the most that parses. */
  function parseWhole(text: ResolvedText, added: readonly ResolvedText[]): FilledSql {
    if (added.length > 0) {
      const whole = parseWithHoles([...text, ...added.flat()], parser);
      if (whole.kind === 'parsed') return whole;
      for (const one of added) {
        const part = parseWithHoles([...text, ...one], parser);
        if (part.kind === 'parsed') return part;
      }
    }
    return parseWithHoles(text, parser);
  }
}

/** Values that stand for a table are read as its name. */
function withTableValues({ linker, catalogue }: Project): SymbolLinker {
  return {
    ...linker,
    textOf(module, path) {
      const known = linker.textOf(module, path);
      if (known !== undefined) return known;
      const target = linker.follow(module, path);
      const held = target?.kind === 'external' ? target.held : target?.kind === 'binding' ? target : undefined;
      const entity = held === undefined ? undefined : catalogue.entityOfValue(held.module, held.name);
      if (entity === undefined) return undefined;
      const text = entity
        .split('.')
        .map((part) => `"${part}"`)
        .join('.');
      return { module, pieces: [{ kind: 'text', text }] };
    },
  };
}

/** Top-level texts that some query takes by name. */
function usedHolders(texts: SqlTexts, linker: SymbolLinker): Set<string> {
  const used = new Set<string>();
  const visit = (module: string, pieces: readonly TextPiece[]): void => {
    for (const piece of pieces) {
      if (piece.kind === 'choice') for (const text of piece.texts) visit(module, text);
      if (piece.kind !== 'symbol') continue;
      const target = linker.follow(module, piece.path);
      if (target?.kind === 'binding') used.add(`${target.module} ${target.name}`);
    }
  };
  for (const [module, found] of texts)
    for (const text of found) for (const pieces of [text.pieces, ...text.added]) visit(module, pieces);
  return used;
}

/** The accesses of each statement's unit, those of called procedures with `via`. */
function accessesOf(statements: readonly FoundStatement[], catalogue: Catalogue): FoundAccess[] {
  return statements.flatMap(({ module, text, found }) => {
    const here = { module, unit: text.unit, at: text.at, line: text.line };
    const direct = found.tables
      .filter(({ table }) => table !== qualify(undefined, unknownName))
      .map(({ table, mode }): FoundAccess => ({ ...here, entity: table, mode }));
    const called = found.calls.flatMap((call) => {
      const routine = catalogue.routineOf(call);
      return (routine?.accesses ?? []).map(([mode, entity]): FoundAccess => ({
        ...here,
        entity,
        mode,
        ...(routine === undefined ? {} : { via: routine.id }),
      }));
    });
    return [...direct, ...called];
  });
}

function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
