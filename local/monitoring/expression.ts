// Parses and evaluates the part of CloudWatch's metric math that the template's alarms use.

/** The value of one period; undefined if there is no data for it. */
export type Datapoint = number | undefined;

/** Returns the value of a metric by its id in the expression. */
type Lookup = (id: string) => Datapoint;

export interface Expression {
  /** The ids of the metrics in the expression. */
  readonly ids: readonly string[];
  /** The value of the expression for one period. */
  evaluate(lookup: Lookup): Datapoint;
}

type Evaluate = (lookup: Lookup) => Datapoint;
type Operation = (left: number, right: number) => number;

const truth = (value: boolean) => (value ? 1 : 0);

/** From the lowest to the highest precedence. Comparisons and logical operators result in 1 or 0. */
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

/** A result is undefined if a value that it needs is missing. FILL replaces missing values. */
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
 * Parses an expression.
 * @throws an error whose message names the unsupported or unexpected part
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokensOf(text));
  const evaluate = parser.whole();
  return { ids: [...parser.ids], evaluate };
}

/** A recursive-descent parser. The operands of each precedence level are expressions of the next higher level. */
class Parser {
  /** The ids of metrics that have been parsed. */
  readonly ids = new Set<string>();
  readonly #tokens: string[];

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  whole(): Evaluate {
    const evaluate = this.#binary(0);
    const [next] = this.#tokens;
    if (next !== undefined) throw new Error(`it must end where it has ${next}`);
    return evaluate;
  }

  #binary(level: number): Evaluate {
    const known = operators[level];
    if (known === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operation = known[this.#tokens[0] ?? ''];
      if (operation === undefined) return left;
      this.#tokens.shift();
      left = combine(operation, left, this.#binary(level + 1));
    }
  }

  #unary(): Evaluate {
    const token = this.#tokens.shift() ?? 'its end';
    if (token === '-') {
      const zero = () => 0;
      return combine((a, b) => a - b, zero, this.#unary());
    }
    if (token === '(') {
      const inner = this.#binary(0);
      this.#expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (this.#tokens[0] === '(') return this.#call(token);
    // The ids of metrics begin with a lower-case letter, which AND and OR do not.
    if (!/^[a-z]\w*$/.test(token)) {
      throw new Error(`it must have a name or a number where it has ${token}`);
    }
    this.ids.add(token);
    return (lookup) => lookup(token);
  }

  #call(name: string): Evaluate {
    const run = functions[name];
    if (run === undefined) throw new Error(`the function ${name} is not known to it`);
    const given: Evaluate[] = [];
    do {
      this.#tokens.shift();
      given.push(this.#binary(0));
    } while (this.#tokens[0] === ',');
    this.#expect(')');
    const count = argumentCounts[name] ?? 0;
    if (given.length !== count) throw new Error(`${name} must have ${count} arguments`);
    return (lookup) => run(lookup, given);
  }

  #expect(token: string): void {
    const found = this.#tokens.shift();
    if (found === token) return;
    throw new Error(`it must have ${token} where it has ${found ?? 'its end'}`);
  }
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
