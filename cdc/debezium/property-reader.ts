import { didYouMean } from '@overgrow/core';
import { parsePatterns, type NamePattern } from '../envelope/column-rules.ts';
import type { UsedProperty } from './property-names.ts';

/** Reads values, and notes what is wrong with them: the value that comes back is then the default. */
export interface PropertyReader {
  readonly text: (name: UsedProperty) => string | undefined;
  readonly flag: (name: UsedProperty, otherwise: boolean) => boolean;
  readonly whole: (name: UsedProperty, otherwise: number) => number;
  /** The first choice is the default. */
  readonly choice: <const T extends string>(name: UsedProperty, choices: readonly [T, ...T[]]) => T;
  readonly patterns: (name: UsedProperty) => NamePattern | undefined;
  readonly compile: (name: string, patterns: string) => NamePattern;
  readonly refuse: (name: string, value: string, choices: readonly string[]) => void;
}

export function createPropertyReader(given: ReadonlyMap<string, string>, faults: string[]): PropertyReader {
  const text = (name: UsedProperty) => given.get(name)?.trim();
  const refuse = (name: string, value: string, choices: readonly string[]) => {
    faults.push(`"${value}" is no value of ${name}. ${didYouMean(value, choices) ?? ''}`.trim());
  };
  const compile = (name: string, patterns: string): NamePattern => {
    try {
      return parsePatterns(patterns);
    } catch {
      faults.push(`"${patterns}" of ${name} is no list of regular expressions.`);
      return () => false;
    }
  };
  return {
    text,
    refuse,
    compile,
    flag: (name, otherwise) => {
      const value = text(name)?.toLowerCase();
      if (value === undefined || value === 'true' || value === 'false')
        return value === undefined ? otherwise : value === 'true';
      refuse(name, value, ['true', 'false']);
      return otherwise;
    },
    whole: (name, otherwise) => {
      const value = text(name);
      if (value === undefined || /^\d{1,9}$/.test(value)) return value === undefined ? otherwise : Number(value);
      faults.push(`"${value}" of ${name} is no whole number.`);
      return otherwise;
    },
    choice: (name, choices) => {
      const value = text(name)?.toLowerCase();
      const known = choices.find((one) => one === value);
      if (value !== undefined && known === undefined) refuse(name, value, choices);
      return known ?? choices[0];
    },
    patterns: (name) => {
      const value = text(name);
      return value === undefined || value === '' ? undefined : compile(name, value);
    },
  };
}
