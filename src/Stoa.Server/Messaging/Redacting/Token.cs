namespace Stoa.Server.Messaging.Redacting;

/// <summary>How a word is written.</summary>
[Flags]
internal enum Writing : byte
{
    None = 0,

    /// <summary>Blanks stand between this token and the one before.</summary>
    SpaceBefore = 1,

    /// <summary>So does the end of a line.</summary>
    LineBefore = 2,

    /// <summary>At least one letter is Latin.</summary>
    Latin = 4,

    /// <summary>Begins with a capital.</summary>
    Capital = 8,

    /// <summary>All letters are capitals.</summary>
    Capitals = 16,

    /// <summary>A capital stands behind a small letter: "AnaPhotos".</summary>
    Camel = 32,

    /// <summary>Chinese characters, or another script without blanks between words.</summary>
    Unspaced = 64,

    /// <summary>Begins with two capitals: "SOCKSv5".</summary>
    Acronym = 128,
}

/// <summary>A word (letters, digits, underscores) or one other character of a folded text.</summary>
/// <param name="Text">Folded.</param>
/// <param name="Start">In the text as it was written.</param>
/// <param name="End">In the text as it was written.</param>
/// <param name="IsWord">False: one character that is neither letter nor digit.</param>
internal sealed record Token(string Text, int Start, int End, bool IsWord, Writing Writing, Word Word)
{
    /// <summary>A word of digits alone.</summary>
    public bool IsDigits { get; } = IsWord && !Text.AsSpan().ContainsAnyExceptInRange('0', '9');

    public bool HasDigit { get; } = IsWord && Text.AsSpan().ContainsAnyInRange('0', '9');

    public bool SpaceBefore => (Writing & Writing.SpaceBefore) != 0;

    public bool LineBefore => (Writing & Writing.LineBefore) != 0;

    public bool IsLatin => (Writing & Writing.Latin) != 0;

    public bool Is(char c) => !IsWord && Text[0] == c;

    public bool IsAnyOf(string characters) => !IsWord && characters.Contains(Text[0], StringComparison.Ordinal);

    public bool Is(Kinds kind) => Word.Is(kind);

    public bool IsSurely(Kinds kind) => Word.IsSurely(kind);

    public bool Has(Writing writing) => (Writing & writing) != 0;
}
