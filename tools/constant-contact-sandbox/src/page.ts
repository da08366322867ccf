import type { World } from './world';

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** One self-contained page, light and dark. */
export const pageOf = (title: string, body: string): string => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:14px}
td,th{border-bottom:1px solid #8886;padding:.3rem .5rem;text-align:left}
button{font:inherit;padding:.4rem 1.2rem}fieldset{margin:1rem 0}code{background:#8882;padding:0 .2rem}</style>
<h1>${escapeHtml(title)}</h1>${body}</html>`;

const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;

/** A page with the present contacts and the latest calls. */
export const overview = (world: World): string => {
  const usage = world.store.usage();
  const accounts = [...world.store.accounts.values()].map((account) => {
    const nameOf = (id: string) => account.lists.get(id)?.name ?? account.tags.get(id)?.name ?? id;
    const newest = [...account.contacts.after(Math.max(0, account.contacts.size() - 200))].reverse();
    const rows = newest.map(({ email_address: email, deleted_at: deletedAt, list_memberships: lists, taggings }) =>
      row([
        escapeHtml(email?.address ?? ''),
        deletedAt ? 'deleted' : (email?.permission_to_send ?? ''),
        escapeHtml(lists.map(nameOf).join(', ')),
        escapeHtml(taggings.map(nameOf).join(', ')),
      ]),
    );
    return `<h2>${escapeHtml(account.settings.name)} <small>(${account.contacts.size()} contacts)</small></h2>
      <table><tr><th>e-mail</th><th>permission</th><th>lists</th><th>tags</th></tr>${rows.join('')}</table>`;
  });
  const calls = world.journal
    .last(30)
    .reverse()
    .map(({ at, method, path, status }) =>
      row([at, method, `<code>${escapeHtml(path.split('?')[0] ?? '')}</code>`, String(status)]),
    );
  const { perDay, perSecond } = world.limits;
  return pageOf(
    'Constant Contact sandbox',
    `<p>${usage.used} of ${perDay} calls used on ${usage.day || 'no day yet'}; ${perSecond} a second.</p>
     ${accounts.join('')}<h2>Last calls</h2>
     <table><tr><th>at</th><th></th><th>path</th><th>status</th></tr>${calls.join('')}</table>`,
  );
};
