using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Architecture.Rules;

/// <summary>How types and files may be named, how long they may be, and when an interface is worth having.</summary>
internal static partial class Shapes
{
    public const int MaxFileLines = 400;
    public const int MaxFunctionLines = 60;

    /// <summary>Interfaces with fewer than two classes behind them, except those allowed.</summary>
    /// <param name="allowed">Full names, each with the reason it is there.</param>
    public static IEnumerable<string> LonelyInterfaces(IEnumerable<TypeDefinition> types, IReadOnlyDictionary<string, string> allowed)
    {
        var all = types.ToList();
        var implementations = all.SelectMany(static t => t.Interfaces).CountBy(static i => i.InterfaceType.GetElementType().FullName).ToDictionary(StringComparer.Ordinal);
        return from type in all
               where type.IsInterface && !allowed.ContainsKey(type.FullName)
               let count = implementations.GetValueOrDefault(type.FullName)
               where count < 2
               select $"{type.FullName} has {count} implementation(s)";
    }

    /// <summary>Names that say nothing: whatever bears one is two things, or in the wrong place.</summary>
    public static IEnumerable<string> EmptyNames(IEnumerable<TypeDefinition> types, IEnumerable<SourceFile> files) =>
    [
        .. types.Select(static t => t.Name.Split('`')[0]).Where(static n => !n.Contains('<', StringComparison.Ordinal)).Where(static n => EmptyWord().IsMatch(n)).Select(static n => $"type {n}"),
        .. files.Where(static f => f.Path.Split('/').Any(static part => EmptyWord().IsMatch(part.Split('.')[0]))).Select(static f => $"file {f.Path}"),
    ];

    public static IEnumerable<string> LongFiles(IEnumerable<SourceFile> files) =>
        from file in files
        let lines = file.Text.AsSpan().Count('\n')
        where lines > MaxFileLines
        select $"{file.Path} has {lines} lines";

    /// <summary>Functions by the lines their statements take, from the symbols; a lambda counts on its own and within its function.</summary>
    public static IEnumerable<string> LongFunctions(IEnumerable<TypeDefinition> types) =>
        from type in types
        from method in type.Methods
        let lines = LinesOf(method)
        where lines > MaxFunctionLines
        select $"{Built.NameOf(method)}: {method.Name} has {lines} lines";

    private static int LinesOf(MethodDefinition method)
    {
        var points = method.DebugInformation.SequencePoints.Where(static p => !p.IsHidden && !IsGenerated(p.Document.Url)).ToList();

        // The signature and two braces come on top of the statements. A constructor's points may lie where its fields are initialized.
        return points.Count == 0 || method.IsConstructor ? 0 : points.Max(static p => p.EndLine) - points.Min(static p => p.StartLine) + 4;
    }

    private static bool IsGenerated(string path) => path.EndsWith(".g.cs", StringComparison.Ordinal) || path.Replace('\\', '/').Contains("/obj/", StringComparison.Ordinal);

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utilit(y|ies)|Common|Misc|Repository)$")]
    private static partial Regex EmptyWord();
}
