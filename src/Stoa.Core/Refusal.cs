namespace Stoa.Core;

/// <summary>Why a refusal was given; a door derives its status from it.</summary>
public enum RefusalKind
{
    /// <summary>The request itself is wrong and will be wrong again.</summary>
    Invalid,

    /// <summary>Well formed, but a value in it is one that is never taken.</summary>
    Unprocessable,

    /// <summary>The caller is not known, or no longer.</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not.</summary>
    Forbidden,

    /// <summary>Absent, or not the caller's: never told apart.</summary>
    NotFound,

    /// <summary>At odds with what is there.</summary>
    Conflict,

    /// <summary>Too often, or too many at once; the same request may pass later.</summary>
    TooMany,

    /// <summary>Larger than it may be.</summary>
    TooLarge,

    /// <summary>Of a kind that is not taken here.</summary>
    Unsupported,

    /// <summary>Something that is needed is out of reach for now; nothing is wrong with the request, and it may be repeated.</summary>
    Unavailable,
}

/// <summary>A visible "no".</summary>
/// <param name="Code">Stable and dotted, e.g. <c>conversation.not_found</c>; clients branch on it. Listed in docs/api.md.</param>
/// <param name="Text">One readable sentence or phrase; carries nothing internal.</param>
public sealed record Refusal(RefusalKind Kind, string Code, string Text)
{
    /// <summary>With <see cref="RefusalKind.TooMany"/>: when the same request may pass; null: not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>More for clients that read it, by wire name; a door puts it beside the code. Strings, numbers and switches only; null: nothing more.</summary>
    public IReadOnlyDictionary<string, object>? Details { get; init; }

    public static Refusal Invalid(string code, string text) => new(RefusalKind.Invalid, code, text);

    public static Refusal Unprocessable(string code, string text) => new(RefusalKind.Unprocessable, code, text);

    public static Refusal Unauthenticated(string code, string text) => new(RefusalKind.Unauthenticated, code, text);

    public static Refusal Forbidden(string code, string text) => new(RefusalKind.Forbidden, code, text);

    public static Refusal NotFound(string code, string text) => new(RefusalKind.NotFound, code, text);

    public static Refusal Conflict(string code, string text) => new(RefusalKind.Conflict, code, text);

    public static Refusal TooMany(string code, string text) => new(RefusalKind.TooMany, code, text);

    public static Refusal TooLarge(string code, string text) => new(RefusalKind.TooLarge, code, text);

    public static Refusal Unavailable(string code, string text) => new(RefusalKind.Unavailable, code, text);

    public static Refusal Unsupported(string code, string text) => new(RefusalKind.Unsupported, code, text);
}
