/** What Prisma's schema language says of tables. Read as https://www.prisma.io/docs/orm/reference/prisma-schema-reference tells. */
export interface PrismaModel {
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** `@@map`, or the name of the model. */
  readonly table: string;
  readonly schema: string | undefined;
  readonly fields: readonly PrismaField[];
  readonly line: number;
}

export interface PrismaField {
  readonly name: string;
  /** Another model, a scalar, or an enum. */
  readonly type: string;
  readonly list: boolean;
  /** The foreign key is a column of this model: `@relation(fields: […])`. */
  readonly ownsKey: boolean;
  /** `@relation("name")`. */
  readonly relation: string | undefined;
}

export interface PrismaSchema {
  /** `postgresql`, `mysql`, `mongodb`…; undefined in a file of a schema folder that doesn't say. */
  readonly provider: string | undefined;
  readonly models: readonly PrismaModel[];
}

/** Reads one `.prisma` file. Undefined when it holds neither a model nor a data source. */
export function readPrismaSchema(source: string): PrismaSchema | undefined {
  const text = blankComments(source);
  const models: PrismaModel[] = [];
  let provider: string | undefined;
  for (const { keyword, name, body, at } of blocksIn(text)) {
    if (keyword === 'datasource') provider = /\bprovider\s*=\s*"([^"]+)"/.exec(body)?.[1] ?? provider;
    if (keyword !== 'model' && keyword !== 'view') continue;
    models.push({
      name,
      kind: keyword === 'view' ? 'view' : 'table',
      table: /@@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(body)?.[1] ?? name,
      schema: /@@schema\(\s*(?:map:\s*)?"([^"]+)"/.exec(body)?.[1],
      fields: fieldsIn(body),
      line: text.slice(0, at).split('\n').length,
    });
  }
  return models.length === 0 && provider === undefined ? undefined : { provider, models };
}

/** Comments become spaces, so that places stay; `//` inside a string is none. */
function blankComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\n]/g, ' '),
  );
}

function blocksIn(text: string): { keyword: string; name: string; body: string; at: number }[] {
  const blocks: { keyword: string; name: string; body: string; at: number }[] = [];
  for (const match of text.matchAll(/^[ \t]*(model|view|type|enum|datasource|generator)\s+(\w+)\s*\{/gm)) {
    const [whole, keyword = '', name = ''] = match;
    const from = match.index + whole.length;
    blocks.push({ keyword, name, body: text.slice(from, closingBrace(text, from)), at: match.index });
  }
  return blocks;
}

/** The brace that closes a block: one in a default value (`@default("{}")`) doesn't. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfText(text, at);
    else if (character === '{') depth += 1;
    else if (character === '}' && --depth === 0) return at;
  }
  return text.length;
}

function endOfText(text: string, from: number): number {
  const match = /^"(?:[^"\\\n]|\\.)*"/.exec(text.slice(from, from + 10_000));
  return match === null ? from : from + match[0].length - 1;
}

function fieldsIn(body: string): PrismaField[] {
  return joinOpenLines(body).flatMap((line): PrismaField[] => {
    const match = /^\s*([A-Za-z]\w*)\s+([A-Za-z]\w*)\s*(\[\])?/.exec(line);
    if (match === null) return [];
    const [, name = '', type = '', list] = match;
    const relation = /@relation\s*\(([\s\S]*)\)/.exec(line)?.[1] ?? '';
    return [
      {
        name,
        type,
        list: list !== undefined,
        ownsKey: /\bfields\s*:/.test(relation),
        relation: /^\s*"([^"]*)"/.exec(relation)?.[1] ?? /\bname\s*:\s*"([^"]*)"/.exec(relation)?.[1],
      },
    ];
  });
}

/** An attribute may go over several lines inside its brackets. */
function joinOpenLines(body: string): string[] {
  const lines: string[] = [];
  let open = 0;
  for (const line of body.split('\n')) {
    const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '');
    const deeper = (bare.match(/[([]/g)?.length ?? 0) - (bare.match(/[)\]]/g)?.length ?? 0);
    if (open > 0) lines[lines.length - 1] += ` ${line.trim()}`;
    else lines.push(line);
    open = Math.max(0, open + deeper);
  }
  return lines;
}
