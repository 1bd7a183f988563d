// Marks the page with what the user has used last, for the style of the focus: browsers outline an element that gets the focus
// by a script, even after a click, if the element before it was outlined.

/** The parts of a document that are used. */
export interface MarkedDocument {
  readonly addEventListener: (
    type: 'pointerdown' | 'keydown',
    listener: () => void,
    isCapturing: true,
  ) => void;
  readonly documentElement: {
    readonly setAttribute: (name: string, value: string) => void;
  };
}

/** Sets the attribute `data-last-input` of the page to `pointer` or `keyboard`, at each use from now on. */
export function markLastInput(document: MarkedDocument): void {
  const mark = (input: 'pointer' | 'keyboard') => () => {
    document.documentElement.setAttribute('data-last-input', input);
  };
  document.addEventListener('pointerdown', mark('pointer'), true);
  document.addEventListener('keydown', mark('keyboard'), true);
}
