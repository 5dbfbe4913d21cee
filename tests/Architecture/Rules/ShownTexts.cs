using Mono.Cecil;

namespace Architecture.Rules;

/// <summary>The texts of records that people read, each of which is looked at for contact details or has a reason not to be.</summary>
internal static class ShownTexts
{
    /// <summary>Every member of a record on the wire in which words could stand, as <c>Record.Member</c>.</summary>
    public static IEnumerable<string> Of(IEnumerable<TypeDefinition> types) =>
        from type in types
        where IsRecord(type)
        from property in type.Properties
        where property.Name != "EqualityContract" && property.GetMethod is { IsStatic: false, IsPublic: true }
            && IsText(property.PropertyType)
        select $"{type.Name}.{property.Name}";

    private static bool IsRecord(TypeDefinition type) => type.Methods.Any(static m => m.Name is "<Clone>$" or "PrintMembers");

    private static bool IsText(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.Any(IsText),
        _ => type.FullName is "System.String" or "System.Object" or "System.Text.Json.JsonElement",
    };
}
