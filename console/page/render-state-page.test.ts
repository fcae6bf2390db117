import { describe, expect, test } from 'vitest';
import type { SystemStatus } from '@overgrow/core';
import { escapeHtml, html } from '../html/html.ts';
import { formatBytes, formatCount, formatDuration, formatShare } from '../html/format.ts';
import { sampleStatus } from '../test-support/sample-status.ts';
import { renderStatePage, statePagePolicy } from './render-state-page.ts';

/** Every text of a status replaced by something that would be markup. */
function hostile(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => hostile(each, keys));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      typeof each === 'string' && !keys.includes(key) ? `"'><script>alert(1)</script>&` : hostile(each, keys),
    ]),
  );
}

describe('the state page', () => {
  const page = renderStatePage(sampleStatus).replaceAll(/>\s+/g, '>').replaceAll(/\s+</g, '<').replaceAll(/\s+/g, ' ');

  test('shows each context with its owner, phase, links, verification and attempt', () => {
    for (const text of [
      'service owns',
      'aria-current="step">switched',
      '12 ms behind',
      '48,307 rows, reverse, 1 min ago',
      '1, cutover: flipped',
      '2 rows differ',
      'first: products 40117, differs',
      'The fence took longer than maxFence, 2000 ms.',
      '1,204,000 rows, 2 of 5 tables',
      '3 foreign writes',
      'overgrow-4711 leads, lease epoch 3',
    ]) {
      expect(page).toContain(text);
    }
  });

  test('opens the gates where one fails, and names it first', () => {
    expect(page).toContain('<details id="gates-catalog" open>');
    expect(page).toContain('2 of 3 gates for a cutover are met');
    expect(page).toContain('<details id="gates-reviews"');
    expect(page.indexOf('2 of 120118 rows differ')).toBeLessThan(page.indexOf('phase right: the context is reading'));
  });

  test('a route of a context that the service owns goes there whole; without traffic it has no times', () => {
    const row = (name: string) => page.slice(page.indexOf(`scope="row">${name}<`)).split('</tr>')[0] ?? '';
    expect(row('reviews')).toContain('100%');
    expect(row('catalog-read')).toContain('12.5%');
    expect(row('orders').match(/–/g)).toHaveLength(2);
    expect(row('orders')).toMatch(/raised">14/);
  });

  test('the journal is newest first, with its figures', () => {
    expect(page.indexOf('differences found')).toBeLessThan(page.indexOf('fence acknowledged'));
    expect(page).toContain('attempt 1 · tookMs 9 · position 16/B374D848 · tries 1');
  });

  test('text is never markup, wherever it comes from', () => {
    const unions = ['kind', 'phase', 'owner', 'next', 'direction'];
    const attacked = renderStatePage(hostile(sampleStatus, unions) as SystemStatus);
    expect(attacked).not.toContain('<script>alert');
    expect(attacked).toContain('&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;');
    expect(attacked.match(/<script/g)).toHaveLength(1);
  });

  test('needs no network, and its policy allows nothing else', () => {
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    expect(page).not.toMatch(/\sstyle="|\son[a-z]+="/);
    expect(statePagePolicy).not.toContain('unsafe');
    expect(statePagePolicy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-/);
  });

  test('an empty system says what to do', () => {
    const empty = renderStatePage({
      ...sampleStatus,
      contexts: [],
      routes: [],
      journal: [],
      lease: { kind: 'waiting' },
    });
    expect(empty).toContain('No contexts are declared.');
    expect(empty).toContain('waits for the lease of another process');
    expect(empty.slice(empty.indexOf('<body>'), empty.indexOf('<script'))).not.toContain('undefined');
  });
});

test('templates escape what they are given and keep what they made', () => {
  expect(html`<p title="${'"'}">${['<', html`<b>${1}</b>`, null]}</p>`.markup).toBe(
    '<p title="&quot;">&lt;<b>1</b></p>',
  );
  expect(escapeHtml(`<a href='x'>`)).toBe('&lt;a href=&#39;x&#39;&gt;');
});

test('figures are short and have units', () => {
  expect([0.42, 12.4, 1_840, 60_000, 7_200_000, 864_000_000].map(formatDuration)).toEqual([
    '0.4 ms',
    '12 ms',
    '1.8 s',
    '1 min',
    '2 h',
    '10 d',
  ]);
  expect([12, 2_048, 1_830_000].map(formatBytes)).toEqual(['12 B', '2 kB', '1.8 MB']);
  expect([0, 1_250, 10_000].map(formatShare)).toEqual(['0%', '12.5%', '100%']);
  expect([0.25, 84.2, 1_204_000].map(formatCount)).toEqual(['0.3', '84', '1,204,000']);
});
