// Shows the number of agents in error where a browser shows a page that is not in front: in its title and its icon.

/** Returns the title of the page, e.g. `(2) Mission Control`. */
export function titleFor(errors: number): string {
  return errors === 0 ? 'Mission Control' : `(${errors.toLocaleString()}) Mission Control`;
}

/** More digits cannot be read in 16 pixels. */
const most = 99;

/** Returns the icon of the page as a data URL: the rings of index.html, and below them, if there are errors, their number. */
export function iconFor(errors: number): string {
  const number = errors > most ? `${most}+` : String(errors);
  const badge = `<rect y='6' width='16' height='10' rx='3' fill='#b4232a'/><text x='8' y='14' fill='#fff' font-family='sans-serif' font-size='${number.length > 2 ? 7 : 9}' font-weight='700' text-anchor='middle'>${number}</text>`;
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='6.5' fill='none' stroke='#4f6bed' stroke-width='2'/><circle cx='8' cy='8' r='3' fill='#4f6bed'/>${errors > 0 ? badge : ''}</svg>`,
  )}`;
}
