import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { exists, listFiles, read } from './repository-files.ts';

/** The form GitHub gives the anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .replace(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const withoutCode = (text: string) => text.replace(/^(```|~~~)[^]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');

function anchorsIn(file: string): ReadonlySet<string> {
  const text = read(file).replace(/^(```|~~~)[^]*?^\1/gm, '');
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''));
  const named = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? '');
  return new Set([...headings, ...named]);
}

function brokenLinks(file: string): readonly string[] {
  const targets = [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)(?:\s"[^"]*")?\)/g)].map(
    (match) => match[1] ?? '',
  );
  return targets.filter((target) => {
    if (/^(https?|mailto):/.test(target)) return false;
    const [place = '', anchor] = target.split('#');
    const found = place === '' ? file : path.posix.join(path.posix.dirname(file), decodeURIComponent(place));
    if (!exists(found)) return true;
    return anchor !== undefined && found.endsWith('.md') && !anchorsIn(found).has(anchor);
  });
}

const pages = listFiles().filter((file) => file.endsWith('.md') && !file.includes('/fixtures/'));

describe('links between pages lead somewhere', () => {
  test.each(pages)('%s', (file) => {
    expect(brokenLinks(file)).toEqual([]);
  });
});

test('every page of docs/ can be reached from docs/README.md', () => {
  const seen = new Set<string>();
  const queue = ['docs/README.md'];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const match of withoutCode(read(file)).matchAll(/\]\(([^)\s#]+\.md)/g)) {
      const target = path.posix.join(path.posix.dirname(file), match[1] ?? '');
      if (target.startsWith('docs/') && exists(target)) queue.push(target);
    }
  }
  expect(
    pages.filter((file) => file.startsWith('docs/') && !seen.has(file)),
    'add a link to docs/README.md',
  ).toEqual([]);
});
