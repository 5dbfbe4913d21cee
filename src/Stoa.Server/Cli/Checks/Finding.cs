namespace Stoa.Server.Cli.Checks;

internal enum Level
{
    Ok,
    Warn,
    Fail,
}

/// <summary>What one check came to: a line of the doctor.</summary>
internal sealed record Finding(Level Level, string About, string Text)
{
    public static Finding Ok(string about, string text) => new(Level.Ok, about, text);

    public static Finding Warn(string about, string text) => new(Level.Warn, about, text);

    public static Finding Fail(string about, string text) => new(Level.Fail, about, text);

    /// <summary><c>ok: …</c>, <c>warn: …</c> or <c>fail: …</c>, in one line whatever the text holds.</summary>
    public override string ToString() => $"{(Level == Level.Ok ? "ok" : Level == Level.Warn ? "warn" : "fail")}: {About}: {Text.ReplaceLineEndings(" ")}";
}
