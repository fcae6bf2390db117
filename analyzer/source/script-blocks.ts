export interface ScriptBlocks {
  /** Blank but for the scripts, so that every offset and line is the file's own. */
  readonly code: string;
  readonly lang: 'js' | 'jsx' | 'ts' | 'tsx';
}

const blockPattern = /<script\b((?:"[^"]*"|'[^']*'|[^>"'])*)>([\s\S]*?)<\/script\s*>/gi;

/**
 * The scripts of a Vue or Svelte component as one module. `<script src="./a.ts">` becomes an import of it. Markup, styles and comments are
 * blanked; line breaks stay.
 */
export function scriptBlocks(text: string): ScriptBlocks {
  const visible = text.replace(/<!--[\s\S]*?-->/g, blank);
  const langs = new Set<string>();
  let code = '';
  let end = 0;
  for (const match of visible.matchAll(blockPattern)) {
    const [whole, attributes = '', body = ''] = match;
    const bodyAt = match.index + whole.indexOf('>', '<script'.length + attributes.length) + 1;
    const source = attribute(attributes, 'src');
    langs.add(attribute(attributes, 'lang') ?? 'js');
    const head = visible.slice(match.index, bodyAt);
    const importing = source === undefined ? undefined : `import ${JSON.stringify(source)};`;
    code += blank(visible.slice(end, match.index));
    // The import takes the place of the tag, which is never shorter.
    code +=
      importing === undefined || importing.length > head.length
        ? blank(head)
        : importing + blank(head.slice(importing.length));
    code += body;
    end = bodyAt + body.length;
  }
  code += blank(visible.slice(end));
  return { code, lang: langs.has('tsx') ? 'tsx' : langs.has('ts') ? 'ts' : langs.has('jsx') ? 'jsx' : 'js' };
}

function attribute(attributes: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=\\s*["']?([^"'\\s>]+)`, 'i').exec(attributes)?.[1];
}

function blank(text: string): string {
  return text.replace(/[^\n\r]/g, ' ');
}
