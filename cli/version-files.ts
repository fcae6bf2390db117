import { readFileSync } from 'node:fs';

/** The version of the installed package; the same from sources and from `dist/`. */
export function version(): string {
  for (const place of ['./package.json', '../package.json']) {
    try {
      const content = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { version: string };
      return content.version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
