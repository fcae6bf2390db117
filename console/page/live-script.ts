/**
 * Fetches the page again and takes over its content, and says so when it cannot. What a reader has opened stays open,
 * focus and selection stay: only sections that changed are replaced. Without scripts a meta refresh does it.
 */
export const liveScript = `
const note = document.getElementById('freshness');
let freshAt = Date.now();
const stale = () => {
  const seconds = Math.round((Date.now() - freshAt) / 1000);
  if (seconds < 6) return;
  note.className = 'stale';
  note.textContent = 'stale: no answer for ' + seconds + ' s';
};
const replace = (next) => {
  for (const section of document.querySelectorAll('main > *[id]')) {
    const fresh = next.getElementById(section.id);
    if (!fresh || fresh.isEqualNode(section) || section.contains(document.activeElement) && document.activeElement.tagName === 'INPUT') continue;
    for (const details of section.querySelectorAll('details[id][open]')) fresh.querySelector('#' + CSS.escape(details.id))?.setAttribute('open', '');
    const focused = section.contains(document.activeElement) ? document.activeElement.closest('[id]')?.id : undefined;
    section.replaceWith(fresh);
    if (focused) (document.querySelector('#' + CSS.escape(focused) + ' > summary') ?? document.getElementById(focused))?.focus();
  }
  const header = next.getElementById('freshness');
  if (header) { note.className = ''; note.textContent = header.textContent; }
};
const refresh = async () => {
  try {
    const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(4000) });
    if (!answer.ok) throw new Error(String(answer.status));
    replace(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    freshAt = Date.now();
  } catch { stale(); }
  setTimeout(refresh, document.hidden ? 5000 : 1000);
};
setTimeout(refresh, 1000);
`;
