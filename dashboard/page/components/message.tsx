// What was said last in a session: cut to the room that there is, and whole when it is pressed.
import { memo, useState } from 'react';
import { plainText } from '../model/visible-text';
import { ForeignText } from './visible-text';

/** So many characters fit in two lines of a phone; what is shorter is never cut, and needs no button. */
const shortMessage = 60;

export const Message = memo(function Message({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const title = plainText(text, false);
  const isShort = text.length <= shortMessage && !text.includes('\n');
  const message = (
    <span className="message" data-whole={isWhole} title={isWhole ? undefined : title}>
      <ForeignText of={text} />
    </span>
  );
  if (isShort) return message;
  return (
    <button
      type="button"
      className="opens"
      aria-expanded={isWhole}
      onClick={() => {
        setWhole(!isWhole);
      }}
    >
      {message}
    </button>
  );
});
