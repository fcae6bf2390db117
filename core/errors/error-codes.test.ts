import { describe, expect, test } from 'vitest';
import { analyzeCodes } from './codes/analyze-codes.ts';
import { cdcCodes } from './codes/cdc-codes.ts';
import { cliCodes } from './codes/cli-codes.ts';
import type { CodeEntry } from './codes/code-entry.ts';
import { configCodes } from './codes/config-codes.ts';
import { cutoverCodes } from './codes/cutover-codes.ts';
import { proxyCodes } from './codes/proxy-codes.ts';
import { stateCodes } from './codes/state-codes.ts';
import { errorCodes } from './error-codes.ts';
import { renderErrorsPage } from './render-errors-page.ts';

const files: readonly (readonly [string, RegExp, Readonly<Record<string, CodeEntry>>])[] = [
  ['config', /^(CONFIG|USAGE)_/, configCodes],
  ['state', /^STATE_/, stateCodes],
  ['analyze', /^ANALYZE_/, analyzeCodes],
  ['proxy', /^PROXY_/, proxyCodes],
  ['cdc', /^CDC_/, cdcCodes],
  ['cutover', /^CUTOVER_/, cutoverCodes],
  ['cli', /^CLI_/, cliCodes],
];
const all = files.flatMap(([part, prefix, codes]) =>
  Object.entries(codes).map(([code, entry]) => ({ part, prefix, code, entry })),
);
const sentence = /^[A-Z`].*[.]$/s;

describe('the error codes', () => {
  test('are all in the registry, each once', () => {
    expect(Object.keys(errorCodes).toSorted()).toEqual(all.map(({ code }) => code).toSorted());
  });

  test.each(all)('$code is named after its part and says what is wrong and what to do', ({ code, prefix, entry }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)+$/);
    expect(code).toMatch(prefix);
    expect(entry.summary).toMatch(sentence);
    expect(entry.remedy).toMatch(sentence);
  });

  test.each(all)('$code has its place on the page', ({ code, entry }) => {
    const page = renderErrorsPage();
    expect(page.split('\n').filter((line) => line === `### ${code}`)).toHaveLength(1);
    expect(page).toContain(entry.summary);
  });
});
