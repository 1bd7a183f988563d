// Defines the parts of a CloudFormation template that the local stack reads, and the error for unsupported ones.

/** A parsed CloudFormation template, as the CDK synthesizes it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Rules?: Readonly<Record<string, unknown>>;
  readonly [section: string]: unknown;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: unknown;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly [attribute: string]: unknown;
}

/** A position in a template, for error messages. */
export interface Place {
  /** The resource's logical id, the name of an output, parameter, rule or condition, or a section's name. */
  readonly logicalId: string;
  /** The resource's type, or e.g. `output` or `parameter` for an entry of another section; absent for a section. */
  readonly type?: string;
}

/** A part of the template is invalid, or not supported by the local stack, which never ignores such a part. */
export class TemplateError extends Error {
  readonly code = 'TEMPLATE_NOT_SUPPORTED';

  constructor(place: Place, problem: string) {
    const type = place.type === undefined ? '' : ` (${place.type})`;
    super(`The local stack cannot run the template: ${place.logicalId}${type}: ${problem}.`);
    this.name = 'TemplateError';
  }
}
