using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Architecture;

/// <summary>The product's assemblies as they were built, with their symbols, and what rules ask of their parts.</summary>
internal static class Built
{
    public static ModuleDefinition Core { get; } = Read("Stoa.Core");

    public static ModuleDefinition SocketIO { get; } = Read("Stoa.SocketIO");

    public static ModuleDefinition SocketIORedis { get; } = Read("Stoa.SocketIO.Redis");

    public static ModuleDefinition SocketIOSql { get; } = Read("Stoa.SocketIO.Sql");

    public static ModuleDefinition Server { get; } = Read("Stoa.Server");

    public static IReadOnlyList<ModuleDefinition> All { get; } = [Core, SocketIO, SocketIORedis, SocketIOSql, Server];

    /// <summary>This test program, whose fixtures break the rules on purpose.</summary>
    public static ModuleDefinition Tests { get; } = Read("Architecture");

    /// <summary>A fixture and everything the compiler made of it.</summary>
    public static IReadOnlyList<TypeDefinition> Fixture<T>() => [.. Tests.GetTypes().Where(static t => Outermost(t).FullName == typeof(T).FullName)];

    /// <summary>Every type of hand-written code, nested and compiler-made ones included. Migrations are generated.</summary>
    public static IEnumerable<TypeDefinition> TypesOf(params IEnumerable<ModuleDefinition> modules) =>
        modules.SelectMany(static m => m.GetTypes()).Where(static t => !NamespaceOf(t).Contains(".Migrations", StringComparison.Ordinal));

    public static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    public static string NamespaceOf(TypeReference type) => Outermost(type).Namespace;

    public static bool IsWithin(string name, string root) => name == root || name.StartsWith(root + ".", StringComparison.Ordinal);

    /// <summary>Where something stands, for people: the type as it is written in the source.</summary>
    public static string NameOf(MemberReference member) => (member is TypeReference type ? Outermost(type) : Outermost(member.DeclaringType)).FullName;

    public static IEnumerable<Instruction> Instructions(TypeDefinition type) => type.Methods.Where(static m => m.HasBody).SelectMany(static m => m.Body.Instructions);

    private static ModuleDefinition Read(string name) => ModuleDefinition.ReadModule(
        Path.Combine(AppContext.BaseDirectory, name + ".dll"), new ReaderParameters { ReadSymbols = true, InMemory = true });
}
