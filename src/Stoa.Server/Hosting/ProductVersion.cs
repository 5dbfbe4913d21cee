using System.Reflection;

namespace Stoa.Server.Hosting;

/// <summary>Which Stoa this is.</summary>
public static class ProductVersion
{
    private const int ShownDigits = 10;

    /// <summary><c>0.1.0</c>, and the commit where the build knew it: <c>0.1.0 (3f2c9a7b1d)</c>.</summary>
    public static string Text { get; } = Shown(
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    private static string Shown(string informational) => informational.Split('+') is [var version, var commit]
        ? $"{version} ({commit[..Math.Min(ShownDigits, commit.Length)]})"
        : informational;
}
