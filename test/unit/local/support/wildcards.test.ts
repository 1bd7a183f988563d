import { matchesWildcards } from '#local/support/wildcards';

it('does not interpret a pattern as a regular expression', () => {
  expect(matchesWildcards('a.c', 'abc')).toBe(false);
  expect(matchesWildcards('a.c', 'a.c')).toBe(true);
  expect(matchesWildcards('*/$connect', 'live/$connect')).toBe(true);
});

it('matches any text with an asterisk, and one character with a question mark', () => {
  expect(matchesWildcards('table/*', 'table/a/b')).toBe(true);
  expect(matchesWildcards('table/?', 'table/ab')).toBe(false);
  expect(matchesWildcards('table/?', 'table/a')).toBe(true);
});

it('ignores letter case only with the flag i', () => {
  expect(matchesWildcards('sqs:Send*', 'SQS:sendMessage')).toBe(false);
  expect(matchesWildcards('sqs:Send*', 'SQS:sendMessage', 'i')).toBe(true);
});
