// Evaluates CloudFormation's condition functions.
import { resolve, type Scope } from './intrinsics';
import { TemplateError } from './template';

/**
 * Whether the named condition of the template is true.
 * @throws {TemplateError} for an unknown name or an unknown condition function
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
 */
export function conditionHolds(
  conditions: Readonly<Record<string, unknown>>,
  name: string,
  scope: Scope,
): boolean {
  const place = { logicalId: name, type: 'condition' };
  const holds = (expression: unknown): boolean => {
    if (typeof expression !== 'object' || expression === null || Array.isArray(expression)) {
      throw new TemplateError(place, 'it must be a condition function');
    }
    const [entry] = Object.entries(expression as Record<string, unknown>);
    const [operator, operands] = entry ?? (['', undefined] as [string, unknown]);
    const all = Array.isArray(operands) ? (operands as unknown[]) : [];
    switch (operator) {
      case 'Fn::Equals': {
        const [left, right] = all.map((operand) => resolve(operand, scope, place));
        return JSON.stringify(left) === JSON.stringify(right);
      }
      case 'Fn::And':
        return all.every(holds);
      case 'Fn::Or':
        return all.some(holds);
      case 'Fn::Not':
        return !holds(all[0]);
      case 'Condition':
        return conditionHolds(conditions, String(operands), scope);
      default:
        throw new TemplateError(place, `the condition function ${operator} is not known to it`);
    }
  };
  if (!Object.hasOwn(conditions, name))
    throw new TemplateError(place, 'there is no such condition');
  return holds(conditions[name]);
}
