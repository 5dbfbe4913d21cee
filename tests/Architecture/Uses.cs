using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Architecture;

/// <summary>Which types a type needs: in its signatures, its attributes and its code.</summary>
internal static class Uses
{
    /// <summary>The outermost types, each once.</summary>
    public static IEnumerable<TypeReference> Of(TypeDefinition type) =>
        Mentioned(type).SelectMany(Unwrapped).Select(Built.Outermost).DistinctBy(static t => t.FullName);

    private static IEnumerable<TypeReference?> Mentioned(TypeDefinition type)
    {
        yield return type.BaseType;
        foreach (var one in type.Interfaces)
            yield return one.InterfaceType;
        foreach (var one in type.GenericParameters.SelectMany(static p => p.Constraints))
            yield return one.ConstraintType;
        foreach (var one in type.Fields)
            yield return one.FieldType;
        foreach (var one in Attributes(type))
            yield return one;
        foreach (var one in type.Methods.SelectMany(OfMethod))
            yield return one;
    }

    private static IEnumerable<TypeReference?> Attributes(TypeDefinition type) =>
        from attribute in ((IEnumerable<ICustomAttributeProvider>)[type, .. type.Methods, .. type.Fields, .. type.Properties, .. type.Methods.SelectMany(static m => m.Parameters)])
            .SelectMany(static p => p.CustomAttributes)
        from one in attribute.ConstructorArguments.Select(static a => a.Value as TypeReference).Append(attribute.AttributeType)
        select one;

    private static IEnumerable<TypeReference?> OfMethod(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (var local in method.Body.Variables)
            yield return local.VariableType;
        foreach (var handler in method.Body.ExceptionHandlers)
            yield return handler.CatchType;
        foreach (var one in method.Body.Instructions.SelectMany(OfInstruction))
            yield return one;
    }

    private static IEnumerable<TypeReference?> OfInstruction(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments, .. method.Parameters.Select(static p => p.ParameterType)],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(static p => p.ParameterType)],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Unwrapped(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Unwrapped)],
        TypeSpecification wrapped => Unwrapped(wrapped.ElementType),
        _ => [type],
    };
}
