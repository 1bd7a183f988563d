// Shows the number of agents in error in the title and the icon of the page, which are visible while other pages are in front.
import { useEffect } from 'react';
import { iconFor, titleFor } from '../../model/attention/attention';

/** Renders nothing. @param errors the number of agents in error */
export function AttentionView({ errors }: { readonly errors: number }) {
  useEffect(() => {
    document.title = titleFor(errors);
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon !== null) icon.href = iconFor(errors);
  }, [errors]);
  return null;
}
