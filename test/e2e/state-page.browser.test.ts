import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderStatePage, statePagePolicy } from '@overgrow/console';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleStatus } from '../../console/test-support/sample-status.ts';
import { startChromium } from '../servers/chromium-process.ts';

describe('the state page in Chromium', () => {
  let browser: Browser;
  let server: Server;
  let status = sampleStatus;
  let url = '';

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', statePagePolicy);
      response.end(renderStatePage(status));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const looks = ([390, 1440] as const).flatMap((width) =>
    (['light', 'dark'] as const).map((theme) => ({ width, theme })),
  );

  test.for(looks)('fits $width pixels, $theme, and breaks none of its own rules', async ({ width, theme }) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    const [background, text] = (await page.evaluate(
      '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]',
    )) as [string, string];
    const brightness = (colour: string) =>
      (colour.match(/[\d.]+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
    expect(brightness(background) > brightness(text)).toBe(theme === 'light');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('shows a change without being reloaded, and says so when nobody answers any more', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    const [first] = sampleStatus.contexts;
    if (first === undefined) throw new Error('the sample has no context');
    status = { ...sampleStatus, contexts: [{ ...first, context: 'a-new-name' }] };
    await page.getByText('a-new-name').first().waitFor();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await page.locator('#freshness.stale').waitFor();
    await page.close();
  });
});
