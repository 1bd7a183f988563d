import { parseExpression } from '#local/monitoring/expression';

const evaluate = (text: string, metrics: Readonly<Record<string, number>> = {}) =>
  parseExpression(text).evaluate((id) => metrics[id]);

it.each([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 2 - 3', 5],
  ['12 / 2 / 3', 2],
  ['-2 + 5', 3],
  ['0.5*4', 2],
  ['1 < 2', 1],
  ['2 <= 1', 0],
  ['1 + 1 == 2 AND 3 > 2', 1],
  ['1 == 2 || 0 != 1', 1],
  ['1 > 2 OR 1 > 2 && 1 < 2', 0],
  ['IF(1 > 2, 10, 20)', 20],
  ['IF(2 > 1, 10, 20) + 1', 11],
])('evaluates %s to %d', (text, value) => {
  expect(evaluate(text)).toBe(value);
});

it('reads a name as the metric with this id, of the same period', () => {
  expect(evaluate('errors - refused', { errors: 5, refused: 3 })).toBe(2);
  expect(parseExpression('errors - FILL(refused, 0)').ids).toEqual(['errors', 'refused']);
});

it.each([
  ['errors - refused', { errors: 5 }, undefined],
  ['errors - FILL(refused, 0)', { errors: 5 }, 5],
  ['errors - FILL(refused, 0)', { refused: 5 }, undefined],
  ['IF(failed > 0, 0, beats)', {}, undefined],
  ['IF(failed > 0, 0, beats)', { failed: 0 }, undefined],
  ['IF(failed > 0, 0, beats)', { failed: 1 }, 0],
])('treats missing data as missing, except with FILL: %s of %j is %p', (text, metrics, value) => {
  expect(evaluate(text, metrics)).toBe(value);
});

it.each([
  ['SEARCH(errors)', 'the function SEARCH is not known to it'],
  ['IF(1, 2)', 'IF must have 3 arguments'],
  ['(1 + 2', 'it must have ) where it has its end'],
  ['1 +', 'it must have a name or a number where it has its end'],
  ['1 2', 'it must end where it has 2'],
  ['errors ^ 2', 'it must not have ^ 2'],
])('refuses %s: %s', (text, problem) => {
  expect(() => parseExpression(text)).toThrow(problem);
});
