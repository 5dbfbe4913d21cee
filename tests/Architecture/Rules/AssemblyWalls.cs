using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Architecture.Rules;

/// <summary>Which assembly may know which (design: the walls).</summary>
internal static partial class AssemblyWalls
{
    /// <summary>References whose name is, or begins with, one of the forbidden ones.</summary>
    public static IEnumerable<string> Forbidden(ModuleDefinition module, params string[] forbidden) =>
        from reference in module.AssemblyReferences
        where Array.Exists(forbidden, name => Built.IsWithin(reference.Name, name))
        select $"{module.Assembly.Name.Name} uses {reference.Name}";

    /// <summary>The same said by the projects under a path, so that one that is yet to come is held too.</summary>
    public static IEnumerable<string> ForbiddenProjects(IEnumerable<SourceFile> projects, string path, params string[] forbidden) =>
        from project in projects
        where project.Path.StartsWith(path, StringComparison.Ordinal)
        from name in forbidden
        where project.Text.Contains($"/{name}.csproj\"", StringComparison.Ordinal)
        select $"{project.Path} is built on {name}";

    /// <summary>Packages that hide a method call behind a bus, or a property behind a mapper.</summary>
    public static IEnumerable<string> ForbiddenPackages(IEnumerable<SourceFile> projects) =>
        from project in projects
        from Match match in Package().Matches(project.Text)
        select $"{project.Path} names the package {match.Groups[1].Value}";

    [GeneratedRegex("""Include="((?:MediatR|AutoMapper|Mapster|MassTransit|Moq|NSubstitute)[^"]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Package();
}
