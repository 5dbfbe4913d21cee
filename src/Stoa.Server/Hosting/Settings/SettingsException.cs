namespace Stoa.Server.Hosting.Settings;

/// <summary>The settings do not allow a start. Every problem found is listed, so that one attempt shows them all.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems)
    : Exception("The settings do not allow a start:" + string.Concat(problems.Select(static p => $"{Environment.NewLine}  - {p}")))
{
    /// <summary>One readable line each: the key, where it was given, what is wrong with it. Never a secret.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
