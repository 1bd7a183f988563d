// Shows untrusted text of agents exactly, so that it cannot affect the text around it.
import { memo } from 'react';
import { partsOf, type TextPart } from '../../model/text/visible-text';

interface TextProps {
  readonly of: string;
}

/** Shows the id of an agent or a session. */
export const Name = memo(function Name({ of }: TextProps) {
  return <Parts parts={partsOf(of, true)} />;
});

/** Shows any other untrusted text. */
export const UntrustedText = memo(function UntrustedText({ of }: TextProps) {
  return <Parts parts={partsOf(of, false)} />;
});

function Parts({ parts }: { readonly parts: readonly TextPart[] }) {
  return (
    // `bdi` isolates the direction of the text from the surrounding text: https://www.w3.org/International/questions/qa-bidi-unicode-controls
    <bdi>
      {parts.map((part, index) =>
        'text' in part ? (
          part.text
        ) : (
          <span key={index} className="invisible" title="Invisible character">
            {part.code}
          </span>
        ),
      )}
    </bdi>
  );
}
