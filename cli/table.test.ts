import { expect, it } from 'vitest';
import { renderTable } from './table.ts';

it('aligns words left and figures right, and leaves no blanks at the ends of lines', () => {
  const text = renderTable(
    ['name', 'rows', 'note'],
    [
      ['a', '5 ms', 'x'],
      ['longer', '120 ms', ''],
    ],
  );
  expect(text.split('\n')).toEqual(['name      rows  note', 'a         5 ms  x', 'longer  120 ms']);
});

it('is its header when there are no rows', () => {
  expect(renderTable(['a', 'b'], [])).toBe('a  b');
});
