import { Problem } from './problems.ts';

export interface ReviewInput {
  readonly stars: number;
  readonly title: string;
  readonly body: string;
  readonly details: Record<string, unknown> | null;
}

type Wrong = Record<string, string>;
type Source = Readonly<Record<string, unknown>>;

const sourceOf = (value: unknown): Source => (typeof value === 'object' && value !== null ? (value as Source) : {});

/** Reads a review, and what else is asked for; everything that is wrong is told at once. @throws Problem 422. */
export function parseReview(body: unknown): ReviewInput;
export function parseReview(body: unknown, also: 'productId'): ReviewInput & { readonly productId: number };
export function parseReview(body: unknown, also?: 'productId'): ReviewInput & { readonly productId?: number } {
  const source = sourceOf(body);
  const wrong: Wrong = {};
  const input = {
    stars: integer(source, 'stars', 1, 5, wrong),
    title: text(source, 'title', 120, wrong),
    body: text(source, 'body', 5000, wrong),
    details: details(source, wrong),
  };
  const productId = also === undefined ? {} : { productId: integer(source, also, 1, 1_000_000_000, wrong) };
  refuse(wrong);
  return { ...input, ...productId };
}

export type Sort = 'newest' | 'helpful';

export function parseList(query: unknown): { readonly productId: number; readonly sort: Sort; readonly page: number } {
  const source = sourceOf(query);
  const wrong: Wrong = {};
  const productId = integer(source, 'productId', 1, 1_000_000_000, wrong);
  const sort = source['sort'] ?? 'newest';
  if (sort !== 'newest' && sort !== 'helpful') wrong['sort'] = 'must be one of newest, helpful';
  refuse(wrong);
  const page = Number(source['page'] ?? 1);
  return {
    productId,
    sort: sort === 'helpful' ? 'helpful' : 'newest',
    page: Number.isInteger(page) && page >= 1 && page <= 10_000 ? page : 1,
  };
}

export function parseHelpful(body: unknown): boolean {
  const value = sourceOf(body)['helpful'];
  if (value === true || value === 'true' || value === 'on' || value === '1') return true;
  if (value !== undefined && value !== false && value !== 'false' && value !== '') {
    refuse({ helpful: 'must be true or false' });
  }
  return false;
}

export function parseStatus(body: unknown): 'published' | 'hidden' {
  const value = sourceOf(body)['status'];
  if (value === 'published' || value === 'hidden') return value;
  refuse({ status: 'must be one of published, hidden' });
  return 'published';
}

/** What can't be an id is not found. */
export function parseId(value: string | undefined): number {
  const id = Number(value);
  if (!/^\d{1,15}$/.test(value ?? '') || id < 1) throw new Problem(404, 'not_found', 'There is nothing here.');
  return id;
}

function integer(source: Source, name: string, min: number, max: number, wrong: Wrong): number {
  const value = source[name];
  const number = typeof value === 'string' && /^-?\d{1,12}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) wrong[name] = 'must be a whole number';
  else if (number < min || number > max) wrong[name] = `must be from ${min} to ${max}`;
  else return number;
  return min;
}

function text(source: Source, name: string, max: number, wrong: Wrong): string {
  const value = source[name];
  const trimmed = typeof value === 'string' ? value.trim() : '';
  if (trimmed === '') wrong[name] = 'is missing';
  else if (trimmed.length > max) wrong[name] = `has more than ${max} characters`;
  else if (trimmed.includes('\0')) wrong[name] = 'has a character that is not allowed';
  return trimmed;
}

function details(source: Source, wrong: Wrong): Record<string, unknown> | null {
  const value = source['details'];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) wrong['details'] = 'must be an object';
  else if (JSON.stringify(value).length > 4000) wrong['details'] = 'is too large';
  else return value as Record<string, unknown>;
  return null;
}

function refuse(wrong: Wrong): void {
  const names = Object.keys(wrong);
  if (names.length === 0) return;
  const message = names.map((name) => `${name} ${wrong[name]}`).join('; ');
  throw new Problem(422, 'validation_failed', message, wrong);
}
