import { unknownCode, type Code, type Given, type ModuleProgram } from './program.ts';

/** JSON files that may name prefixes, by how such files are called. */
export const settingsPattern =
  /(?:^|\/)(?!tsconfig|jsconfig|package)[\w.-]*(?:settings?|config|constants?|routes?|paths?|defaults?|env|development|production)[\w.-]*\.json$/i;

const maxCharacters = 50_000;

/** A JSON file as a program that exports what it holds. */
export function readSettings(text: string): ModuleProgram | undefined {
  if (text.length > maxCharacters) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return {
    imports: new Map(),
    exports: new Map(),
    stars: [],
    steps: [
      {
        kind: 'do',
        code: {
          kind: 'assign',
          target: { kind: 'member', object: { kind: 'name', name: 'module' }, key: { kind: 'text', text: 'exports' } },
          value: codeOf(value),
        },
      },
    ],
  };
}

function codeOf(value: unknown): Code {
  if (typeof value === 'string' || typeof value === 'number') return { kind: 'text', text: String(value) };
  // A switch in a file is there to be changed: both sides of it count.
  if (typeof value !== 'object' || value === null) return unknownCode;
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => given(codeOf(item))) };
  return {
    kind: 'record',
    entries: Object.entries(value).map(([key, held]) => ({
      key: { kind: 'text', text: key },
      value: given(codeOf(held)),
    })),
  };
}

function given(code: Code): Given {
  return { code, from: -1, to: -1, line: 1 };
}
