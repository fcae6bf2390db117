import { describe, expect, test } from 'vitest';
import { OvergrowError } from './overgrow-error.ts';
import { renderError } from './render-error.ts';

describe('an error in a terminal', () => {
  test('shows code, sentence, cause and hint, and no stack', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432');
    const error = new OvergrowError('STATE_UNREACHABLE', 'The state store at db.example/shop cannot be reached.', {
      hint: 'Check state.url in the manifest.',
      cause,
    });
    expect(renderError(error)).toBe(
      [
        'STATE_UNREACHABLE: The state store at db.example/shop cannot be reached.',
        '  because: connect ECONNREFUSED 127.0.0.1:5432',
        '  → Check state.url in the manifest.',
      ].join('\n'),
    );
  });

  test('takes the remedy of the registry when the error has no hint', () => {
    expect(renderError(new OvergrowError('CONFIG_NOT_FOUND', 'There is none.'))).toContain('overgrow init');
  });

  test('does not repeat a cause that the sentence quotes', () => {
    const error = new OvergrowError('STATE_UNREACHABLE', 'No store: disk full.', { cause: new Error('disk full') });
    expect(renderError(error)).not.toContain('because');
  });

  test('masks passwords everywhere', () => {
    const cause = new Error('postgres://a:hunter2@b/c');
    const error = new OvergrowError('STATE_UNREACHABLE', 'At http://a:hunter2@b.', { hint: 'password=hunter2', cause });
    expect(renderError(error)).not.toContain('hunter2');
    expect(renderError(cause)).toBe('Unexpected error: postgres://a:***@b/c');
  });

  test('shows anything that can be thrown', () => {
    const circular = new Error('round');
    circular.cause = circular;
    expect(renderError(circular)).toBe('Unexpected error: round');
    expect(renderError('text')).toBe('Unexpected error: text');
    expect(renderError(undefined)).toBe('Unexpected error: undefined');
    expect(renderError(new AggregateError([new Error('one'), new Error('two')], ''))).toBe(
      'Unexpected error: one; two',
    );
  });
});
