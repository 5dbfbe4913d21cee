using Mono.Cecil;

namespace Architecture.Rules;

/// <summary>Which namespace of Stoa.Server may know which.</summary>
internal static class ModuleWalls
{
    private const string Server = "Stoa.Server";

    // Rooms every module may use. All other namespaces below Stoa.Server are modules; Program and Cli put them together.
    private static readonly string[] Shared = ["Hosting", "Realtime", "Jobs", "Mail"];
    private static readonly string[] Composition = ["Cli"];

    /// <summary>A module uses Core and the shared rooms, and no other module; a shared room uses no module at all.</summary>
    public static IEnumerable<string> UsesOfOtherModules(IEnumerable<TypeDefinition> types) => Distinct(
        from type in types
        let user = RoomOf(Built.NamespaceOf(type))
        where user is not null && !Composition.Contains(user)
        from used in Uses.Of(type)
        let room = RoomOf(used.Namespace)
        where room is not null && room != user && !Shared.Contains(room)
        select $"{Built.NameOf(type)} ({user}) uses {used.FullName} ({room})");

    /// <summary>An operation is called by every kind of door, so it knows none of them.</summary>
    public static IEnumerable<string> OperationsThatKnowADoor(IEnumerable<TypeDefinition> types)
    {
        var all = types.ToList();
        var operations = all.Where(static t => !t.IsNested && t.Methods.Any(static m => m is { Name: "Handle", IsPublic: true, IsStatic: false }))
            .Where(static t => RoomOf(t.Namespace) is { } room && !Shared.Contains(room)).Select(static t => t.FullName).ToHashSet(StringComparer.Ordinal);
        return Distinct(
            from type in all
            where operations.Contains(Built.NameOf(type))
            from used in Uses.Of(type)
            where Array.Exists(Doors, door => Built.IsWithin(used.Namespace, door)) || used.Namespace.EndsWith(".Doors", StringComparison.Ordinal)
            select $"{Built.NameOf(type)} uses {used.FullName}");
    }

    private static readonly string[] Doors =
        ["Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Mvc", "Stoa.SocketIO"];

    /// <summary>"Messaging" for everything within Stoa.Server.Messaging; null outside of Stoa.Server and directly in it.</summary>
    private static string? RoomOf(string space) => space.StartsWith(Server + ".", StringComparison.Ordinal) ? space[(Server.Length + 1)..].Split('.')[0] : null;

    private static IEnumerable<string> Distinct(IEnumerable<string> findings) => findings.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
