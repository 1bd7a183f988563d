// Copies the id of an agent or a session to the clipboard.
import { useEffect, useState } from 'react';
import { Name } from './visible-text';

type Outcome = 'none' | 'copied' | 'refused';

/** How long the outcome of copying is shown. */
const shownMilliseconds = 2_000;

/** Returns a function that copies a text, and whether the browser has just done so. */
export function useCopy(text: string): { readonly copy: () => void; readonly outcome: Outcome } {
  const [outcome, setOutcome] = useState<Outcome>('none');
  useEffect(() => {
    if (outcome === 'none') return undefined;
    const timer = setTimeout(() => {
      setOutcome('none');
    }, shownMilliseconds);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);
  const copy = () => {
    writeToClipboard(text).then(
      () => {
        setOutcome('copied');
      },
      () => {
        setOutcome('refused');
      },
    );
  };
  return { copy, outcome };
}

/** Rejects if the browser refuses, as for a page without TLS, where there is no clipboard. */
async function writeToClipboard(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

interface CopyButtonProps {
  /** What is copied, e.g. `id`. */
  readonly what: string;
  readonly of: string;
  readonly copy: () => void;
  readonly outcome: Outcome;
  readonly tabIndex?: number;
}

const words = { copied: 'Copied', refused: 'Not allowed' };

export function CopyButton({ what, of, copy, outcome, tabIndex = 0 }: CopyButtonProps) {
  return (
    <button
      type="button"
      className="copy"
      data-outcome={outcome}
      tabIndex={tabIndex}
      title="Copy (c)"
      onClick={copy}
    >
      <span aria-live="polite">{outcome === 'none' ? `Copy ${what}` : words[outcome]}</span>
      <span className="hidden">
        {' of '}
        <Name of={of} />
      </span>
    </button>
  );
}
