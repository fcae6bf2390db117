import { escapeHtml, html, type Html } from '../utils/html.ts';
import type { SessionUser } from '../accounts/sessions.ts';

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:0 1rem}
header,nav{display:flex;gap:1rem;align-items:center;flex-wrap:wrap}label{display:block;margin:.4rem 0}
table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}.error{color:#a00}
.products{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:1rem;list-style:none;padding:0}`;

/** A whole page. The user is the one who looks at it. */
export function page(user: SessionUser | null, title: string, content: Html): string {
  const menu = html`<header>
    <a href="/"><strong>Overgrown Goods</strong></a>
    <form action="/products"><input name="q" placeholder="Search" aria-label="Search" /></form>
    <nav>
      <a href="/products">Products</a> <a href="/cart">Cart</a>
      ${
        user === null
          ? html`<a href="/login">Sign in</a>`
          : html`<a href="/orders">Orders</a> <a href="/notifications">Messages</a> <a href="/account">${user.name}</a>
              <form method="post" action="/logout"><button>Sign out</button></form>`
      }
      ${user !== null && user.role !== 'customer' && html`<a href="/admin">Back office</a>`}
    </nav>
  </header>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} · Overgrown Goods</title>
<style>${style}</style></head><body>${menu.markup}<main><h1>${escapeHtml(title)}</h1>${content.markup}</main></body></html>`;
}
