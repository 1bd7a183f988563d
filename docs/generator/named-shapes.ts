// Restores the names of types that are computed from schemas. TypeScript resolves them to object types, so without names, the
// reference would repeat the object type at each use, and the entry of the type itself would not show it.
import type * as TypeDoc from 'typedoc';
import type { Application, DeclarationReflection, ProjectReflection, SomeType } from 'typedoc';
import ts from 'typescript';

/** Matches declarations of types that are computed. The reference shows the resulting types instead. */
const computed = /\b(InferOutput|Payload|Definition)\b/;

/**
 * Registers listeners that collect computed types. Must be called before the conversion.
 * @returns a function that replaces object types with names in the result of the conversion
 */
export function nameShapes(
  app: Application,
  typedoc: typeof TypeDoc,
): (project: ProjectReflection) => void {
  const found: { readonly reflection: DeclarationReflection; readonly shape: () => SomeType }[] =
    [];
  app.converter.on(typedoc.Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const symbol = context.getSymbolFromReflection(reflection);
    const [declaration] = symbol?.declarations ?? [];
    if (symbol === undefined || declaration === undefined) return;
    if (!ts.isTypeAliasDeclaration(declaration)) return;
    if (declaration.typeParameters || !computed.test(declaration.type.getText())) return;
    const own = context.withScope(reflection);
    const type = context.checker.getDeclaredTypeOfSymbol(symbol);
    found.push({ reflection, shape: () => own.converter.convertType(own, type) });
  });
  // Not when the declaration is created: TypeDoc sets its type after that event.
  app.converter.on(typedoc.Converter.EVENT_RESOLVE_BEGIN, () => {
    for (const { reflection, shape } of found) {
      const type = shape();
      // If the compiler resolves a type to its own name, the declared type is kept.
      if (type.type !== 'reference' || type.name !== reflection.name) reflection.type = type;
    }
  });
  return (project) => {
    const names = new Map<string, DeclarationReflection>();
    for (const { reflection } of found) {
      const shape = reflection.type?.toString() ?? '';
      if (!names.has(shape)) names.set(shape, reflection);
    }
    const named = found.map(({ reflection }) => reflection);
    /** Replaces the computed object types in a type with references. @param isOwn whether it is the type of such an entry itself */
    const withNames = (type: SomeType, isOwn = false): SomeType => {
      const known = isOwn ? undefined : names.get(type.toString());
      if (known !== undefined) {
        return typedoc.ReferenceType.createResolvedReference(known.name, known, project);
      }
      if (type.type === 'array') type.elementType = withNames(type.elementType);
      if (type.type === 'typeOperator') type.target = withNames(type.target);
      if (type.type === 'union' || type.type === 'intersection') {
        type.types = type.types.map((part) => withNames(part));
      }
      if (type.type === 'reference') {
        type.typeArguments = (type.typeArguments ?? []).map((part) => withNames(part));
      }
      return type;
    };
    // Outer types are replaced before inner ones, because a union is found by the object types in it.
    for (const reflection of Object.values(project.reflections)) {
      if (!('type' in reflection)) continue;
      const holder = reflection as DeclarationReflection;
      // TypeDoc takes the value of a property in a schema for a default.
      if (holder.parent?.kindOf(typedoc.ReflectionKind.TypeLiteral)) delete holder.defaultValue;
      if (holder.type !== undefined) holder.type = withNames(holder.type, named.includes(holder));
    }
  };
}
