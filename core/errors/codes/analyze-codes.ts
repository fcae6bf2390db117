import type { CodeEntry } from './code-entry.ts';

export const analyzeCodes = {
  ANALYZE_NO_FOLDER: {
    summary: 'The folder to analyse is missing, is not a folder or cannot be read.',
    remedy: 'Give the folder of the repository: overgrow analyze path/to/monolith.',
    exit: 3,
    disposition: 'halt',
  },
  ANALYZE_FACTS_INVALID: {
    summary:
      'A facts document has unknown ids, duplicates or wrong types; the message lists every fault with its JSON path.',
    remedy: 'Mend the program that wrote the document. docs/reference/facts.md describes the format.',
    exit: 2,
    disposition: 'halt',
  },
  ANALYZE_FACTS_UNREADABLE: {
    summary: 'A facts document is missing, cannot be read, is not JSON, or its .gz content is damaged.',
    remedy: 'Check the path and write the document again with overgrow analyze --emit-facts.',
    exit: 3,
    disposition: 'halt',
  },
} as const satisfies Record<string, CodeEntry>;
