import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseCodeOwners, type OwnersOf } from './code-owners.ts';

/** Where GitHub, GitLab and Bitbucket look, in that order. */
const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];

/** The CODEOWNERS file of the analysed folder; nobody owns anything where there is none. */
export async function readCodeOwners(root: string): Promise<OwnersOf> {
  for (const place of places) {
    try {
      return parseCodeOwners(await readFile(path.join(root, place), 'utf8'));
    } catch {
      // The next place.
    }
  }
  return () => [];
}
