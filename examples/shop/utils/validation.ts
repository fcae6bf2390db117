import { HttpError } from './errors.ts';

type Fields = Record<string, string>;

/**
 * Reads fields of a body or query and collects what is wrong with them, so that a form shows all at once.
 * Call `done()` last: it throws 422 when something was wrong.
 */
export function readFields(source: unknown) {
  const values = (typeof source === 'object' && source !== null ? source : {}) as Record<string, unknown>;
  const wrong: Fields = {};

  function fail<T>(name: string, message: string, fallback: T): T {
    wrong[name] ??= message;
    return fallback;
  }

  return {
    text(name: string, { min = 1, max = 200 }: { min?: number; max?: number } = {}): string {
      const value = values[name];
      if (typeof value !== 'string') return min === 0 && value === undefined ? '' : fail(name, 'is missing', '');
      const trimmed = value.trim();
      if (trimmed.length < min) return fail(name, min === 1 ? 'is missing' : `needs at least ${min} characters`, '');
      if (trimmed.length > max) return fail(name, `has more than ${max} characters`, '');
      if (trimmed.includes('\0')) return fail(name, 'has a character that is not allowed', '');
      return trimmed;
    },
    integer(name: string, { min = 0, max = 1_000_000_000 }: { min?: number; max?: number } = {}): number {
      const value = values[name];
      const number = typeof value === 'string' && /^-?\d{1,12}$/.test(value.trim()) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isInteger(number)) return fail(name, 'must be a whole number', min);
      if (number < min || number > max) return fail(name, `must be from ${min} to ${max}`, min);
      return number;
    },
    flag(name: string): boolean {
      const value = values[name];
      if (value === undefined || value === false || value === 'false' || value === '') return false;
      if (value === true || value === 'true' || value === 'on' || value === '1') return true;
      return fail(name, 'must be true or false', false);
    },
    choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
      const value = values[name];
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      const first = fallback ?? choices[0];
      if (first === undefined) throw new TypeError(`no choices for ${name}`);
      return value === undefined && fallback !== undefined
        ? fallback
        : fail(name, `must be one of ${choices.join(', ')}`, first);
    },
    date(name: string): Date {
      const value = values[name];
      const date = new Date(typeof value === 'string' ? value : '');
      return Number.isNaN(date.getTime()) ? fail(name, 'must be a date', new Date(0)) : date;
    },
    /** A small JSON object, kept as it is. */
    object(name: string, maxBytes = 4000): Record<string, unknown> | null {
      const value = values[name];
      if (value === undefined || value === null) return null;
      if (typeof value !== 'object' || Array.isArray(value)) return fail(name, 'must be an object', null);
      if (JSON.stringify(value).length > maxBytes) return fail(name, 'is too large', null);
      return value as Record<string, unknown>;
    },
    done(): void {
      const names = Object.keys(wrong);
      if (names.length === 0) return;
      throw new HttpError(422, 'validation_failed', names.map((name) => `${name} ${wrong[name]}`).join('; '), wrong);
    },
  };
}

/** The id in a path. Anything that can't be one is simply not found. */
export function parseId(text: string | undefined): number {
  const id = Number(text);
  if (!/^\d{1,15}$/.test(text ?? '') || id < 1) throw new HttpError(404, 'not_found', 'There is nothing here.');
  return id;
}

export function pageOf(query: { readonly page?: unknown }): number {
  const page = Number(query.page ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= 10_000 ? page : 1;
}
