import { matchesWildcards } from '#local/support/wildcards';

it('takes no pattern for a regular expression', () => {
  expect(matchesWildcards('a.c', 'abc')).toBe(false);
  expect(matchesWildcards('a.c', 'a.c')).toBe(true);
  expect(matchesWildcards('*/$connect', 'live/$connect')).toBe(true);
});

it('matches any text by an asterisk, and one character by a question mark', () => {
  expect(matchesWildcards('table/*', 'table/a/b')).toBe(true);
  expect(matchesWildcards('table/?', 'table/ab')).toBe(false);
  expect(matchesWildcards('table/?', 'table/a')).toBe(true);
});

it('ignores case on request only', () => {
  expect(matchesWildcards('sqs:Send*', 'SQS:sendMessage')).toBe(false);
  expect(matchesWildcards('sqs:Send*', 'SQS:sendMessage', 'i')).toBe(true);
});
