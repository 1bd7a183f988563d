// Shows a message of a session: shortened to two lines, and in full after a click.
import { memo, useState } from 'react';
import { plainText } from '../../model/text/visible-text';
import { UntrustedText } from '../parts/visible-text';

/** The number of characters that fit in two lines of a phone. Texts up to this length are never shortened, and need no button. */
const shortMessage = 60;

interface MessageProps {
  readonly text: string;
  /** That of the button, in a list with one tab stop. */
  readonly tabIndex?: number;
}

export const Message = memo(function Message({ text, tabIndex = 0 }: MessageProps) {
  const [isWhole, setWhole] = useState(false);
  const title = plainText(text, false);
  const isShort = text.length <= shortMessage && !text.includes('\n');
  const message = (
    <span className="message" data-whole={isWhole} title={isWhole ? undefined : title}>
      <UntrustedText of={text} />
    </span>
  );
  if (isShort) return message;
  return (
    <button
      type="button"
      className="opens"
      tabIndex={tabIndex}
      aria-expanded={isWhole}
      onClick={() => {
        setWhole(!isWhole);
      }}
    >
      {message}
    </button>
  );
});
