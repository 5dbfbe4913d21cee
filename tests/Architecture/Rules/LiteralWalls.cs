using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Architecture.Rules;

/// <summary>Which strings may stand where: event and room names, and SQL.</summary>
internal static partial class LiteralWalls
{
    private const string Data = "Stoa.Core.Data";

    // A log of its own, in tables of its own; it knows no driver.
    private const string SocketLog = "Stoa.SocketIO.Sql";

    // Hands that log its connections.
    private const string LogsConnections = "Stoa.Server.Realtime.Nodes";

    // What only somebody who speaks to one particular database calls.
    private static readonly string[] SqlCalls =
    [
        "ExecuteSqlRawAsync", "ExecuteSqlAsync", "ExecuteSqlInterpolatedAsync", "ExecuteSqlRaw", "ExecuteSql", "FromSqlRaw", "FromSql", "FromSqlInterpolated",
        "SqlQuery", "SqlQueryRaw", "ToTable", "HasColumnName", "HasColumnType", "HasDatabaseName", "HasConstraintName",
    ];

    /// <summary>Only Realtime and the socket doors name an event or a room; everybody else says <c>Events.…</c> and <c>Rooms.…</c>.</summary>
    /// <remarks>Looks at the source, because the compiler copies a constant to where it is used.</remarks>
    public static IEnumerable<string> EventNames(IEnumerable<SourceFile> files) =>
        from file in files
        where !file.Path.StartsWith("src/Stoa.Server/Realtime/", StringComparison.Ordinal) && !SocketDoor().IsMatch(file.Path)
        from line in file.Text.Split('\n').Select(static l => l.Trim())
        where !line.StartsWith("//", StringComparison.Ordinal)
        from Match match in Event().Matches(line)
        select $"{file.Path} names {match.Value}";

    /// <summary>Only Core/Data, and the sockets' log for its own tables, writes SQL; only Core/Data names tables and columns, and knows the two databases apart.</summary>
    public static IEnumerable<string> Sql(IEnumerable<TypeDefinition> types)
    {
        foreach (var type in types.Where(static t => !Built.IsWithin(Built.NamespaceOf(t), Data)))
        {
            foreach (var text in Literals(type).Where(t => Statement().IsMatch(t) && !Built.IsWithin(Built.NamespaceOf(type), SocketLog)))
                yield return $"{Built.NameOf(type)} writes \"{text}\"";
            foreach (var call in Built.Instructions(type).Select(static i => i.Operand).OfType<MethodReference>().Where(IsSqlCall))
                yield return $"{Built.NameOf(type)} calls {call.Name}";
            foreach (var used in Uses.Of(type).Where(static t => Built.IsWithin(t.Namespace, "Npgsql") || Built.IsWithin(t.Namespace, "Microsoft.Data.Sqlite")).Where(_ => Built.NameOf(type) != LogsConnections))
                yield return $"{Built.NameOf(type)} uses {used.FullName}";
        }
    }

    private static bool IsSqlCall(MethodReference method) =>
        SqlCalls.Contains(method.Name) && Built.IsWithin(Built.NamespaceOf(method.DeclaringType), "Microsoft.EntityFrameworkCore");

    private static IEnumerable<string> Literals(TypeDefinition type) => Built.Instructions(type)
        .Where(static i => i.OpCode == OpCodes.Ldstr).Select(static i => (string)i.Operand)
        .Concat(type.Fields.Select(static f => f.Constant).OfType<string>())
        .Distinct(StringComparer.Ordinal);

    [GeneratedRegex(@"\$?""(dm|call|user|conversation|skill|admin):[^""]*""")]
    private static partial Regex Event();

    [GeneratedRegex("^src/Stoa.Server/[A-Za-z]+/Doors/[A-Za-z]*Socket[A-Za-z]*\\.cs$")]
    private static partial Regex SocketDoor();

    [GeneratedRegex(@"^\s*(SELECT\s.+\sFROM|WITH\s.+\sSELECT|INSERT\s+INTO|UPDATE\s.+\sSET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|DATABASE)|PRAGMA)\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Statement();
}
