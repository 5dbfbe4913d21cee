namespace Stoa.Server.Hosting.Settings;

/// <summary>Names under which the environment and <c>.env</c> may give this setting too; the first that is set wins.</summary>
/// <remarks>They are the names that the deployment scripts of the five served systems use (docs/configure.md).</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AliasesAttribute(params string[] names) : Attribute
{
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>Smallest and largest allowed value, both included, written as an operator would write them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BetweenAttribute(string minimum, string maximum) : Attribute
{
    public string Minimum { get; } = minimum;

    public string Maximum { get; } = maximum;
}

/// <summary>The value is, or may contain, a secret: it is never printed, not even when it is wrong.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
