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

    /// <summary>What a check finds that asks somebody else; a failure when there is no answer in time.</summary>
    /// <param name="place">Whom it asks, as its line names it.</param>
    public static async Task<Finding> WithinAsync(
        TimeSpan patience, string about, string place, Func<CancellationToken, Task<Finding>> ask, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            return await ask(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Fail(about, $"{place} does not answer within {patience.TotalSeconds:0} s");
        }
    }

    /// <summary><c>ok: …</c>, <c>warn: …</c> or <c>fail: …</c>, in one line whatever the text holds.</summary>
    public override string ToString() => $"{(Level == Level.Ok ? "ok" : Level == Level.Warn ? "warn" : "fail")}: {About}: {Text.ReplaceLineEndings(" ")}";
}
