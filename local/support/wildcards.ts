// Matches texts against the wildcard patterns of IAM policies.

const patterns = new Map<string, RegExp>();

/**
 * Whether a text matches a pattern, in which `*` matches any text and `?` matches one character.
 * @param flags `i` to ignore case
 */
export function matchesWildcards(pattern: string, text: string, flags: '' | 'i' = ''): boolean {
  // Most patterns have no wildcards, and this function runs for each statement of each request.
  if (pattern === text) return true;
  if (flags === '' && !/[*?]/.test(pattern)) return false;
  const name = `${flags}/${pattern}`;
  let compiled = patterns.get(name);
  if (compiled === undefined) {
    const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
    compiled = new RegExp(`^${source.replace(/\?/g, '.')}$`, `s${flags}`);
    if (patterns.size > 1000) patterns.clear();
    patterns.set(name, compiled);
  }
  return compiled.test(text);
}
