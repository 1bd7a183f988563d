// CloudWatch's metric math, as far as alarms of the template use it: numbers of one period in, one number out.

/** A number of a period; undefined when nothing was measured in it. */
export type Datapoint = number | undefined;

/** Finds what a name stands for. */
type Lookup = (id: string) => Datapoint;

export interface Expression {
  /** The names that it is made of. */
  readonly ids: readonly string[];
  evaluate(lookup: Lookup): Datapoint;
}

type Evaluate = (lookup: Lookup) => Datapoint;
type Operation = (left: number, right: number) => number;

const truth = (value: boolean) => (value ? 1 : 0);

/** From the weakest to the strongest. */
const operators: readonly Readonly<Record<string, Operation>>[] = [
  { OR: (a, b) => truth(a !== 0 || b !== 0), '||': (a, b) => truth(a !== 0 || b !== 0) },
  { AND: (a, b) => truth(a !== 0 && b !== 0), '&&': (a, b) => truth(a !== 0 && b !== 0) },
  {
    '==': (a, b) => truth(a === b),
    '!=': (a, b) => truth(a !== b),
    '<=': (a, b) => truth(a <= b),
    '>=': (a, b) => truth(a >= b),
    '<': (a, b) => truth(a < b),
    '>': (a, b) => truth(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

/** What is missing stays missing, but for FILL: it is what FILL is for. */
const functions: Readonly<
  Record<string, (lookup: Lookup, given: readonly Evaluate[]) => Datapoint>
> = {
  IF(lookup, [condition, yes, no]) {
    const value = condition?.(lookup);
    if (value === undefined) return undefined;
    return value === 0 ? no?.(lookup) : yes?.(lookup);
  },
  FILL: (lookup, [given, filler]) => given?.(lookup) ?? filler?.(lookup),
};
const argumentCounts: Readonly<Record<string, number>> = { IF: 3, FILL: 2 };

const tokenPattern = /\s*(\d+(?:\.\d+)?|[A-Za-z_]\w*|\|\||&&|[=!<>]=|[-+*/<>(),])/y;

/**
 * Reads an expression.
 * @throws an error that says what is not known to it
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  const ids = new Set<string>();

  const expect = (token: string) => {
    const found = tokens.shift();
    if (found !== token)
      throw new Error(`it must have ${token} where it has ${found ?? 'its end'}`);
  };

  function binary(level: number): Evaluate {
    const known = operators[level];
    if (known === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const operation = known[tokens[0] ?? ''];
      if (operation === undefined) return left;
      tokens.shift();
      left = combine(operation, left, binary(level + 1));
    }
  }

  function unary(): Evaluate {
    const token = tokens.shift() ?? 'its end';
    if (token === '-')
      return combine(
        (a, b) => a - b,
        () => 0,
        unary(),
      );
    if (token === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (tokens[0] === '(') return call(token);
    // Names of metrics begin with a small letter; so AND is no name.
    if (!/^[a-z]\w*$/.test(token))
      throw new Error(`it must have a name or a number where it has ${token}`);
    ids.add(token);
    return (lookup) => lookup(token);
  }

  function call(name: string): Evaluate {
    const run = functions[name];
    if (run === undefined) throw new Error(`the function ${name} is not known to it`);
    const given: Evaluate[] = [];
    do {
      tokens.shift();
      given.push(binary(0));
    } while (tokens[0] === ',');
    expect(')');
    const count = argumentCounts[name] ?? 0;
    if (given.length !== count) throw new Error(`${name} must have ${count} arguments`);
    return (lookup) => run(lookup, given);
  }

  const evaluate = binary(0);
  if (tokens.length > 0) throw new Error(`it must end where it has ${String(tokens[0])}`);
  return { ids: [...ids], evaluate };
}

function combine(operation: Operation, left: Evaluate, right: Evaluate): Evaluate {
  return (lookup) => {
    const [a, b] = [left(lookup), right(lookup)];
    return a === undefined || b === undefined ? undefined : operation(a, b);
  };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const start = tokenPattern.lastIndex;
    const [, token] = tokenPattern.exec(text) ?? [];
    if (token === undefined) throw new Error(`it must not have ${text.slice(start).trim()}`);
    tokens.push(token);
  }
  return tokens;
}
