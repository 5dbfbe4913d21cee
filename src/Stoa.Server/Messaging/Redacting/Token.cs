namespace Stoa.Server.Messaging.Redacting;

/// <summary>A word (letters, digits, underscores) or one other character of a folded text.</summary>
/// <param name="Text">Folded.</param>
/// <param name="Start">In the text as it was written.</param>
/// <param name="End">In the text as it was written.</param>
/// <param name="IsWord">False: one character that is neither letter nor digit.</param>
/// <param name="IsDigits">A word of digits alone.</param>
/// <param name="SpaceBefore">Blanks stand between this token and the one before.</param>
internal readonly record struct Token(string Text, int Start, int End, bool IsWord, bool IsDigits, bool SpaceBefore)
{
    public bool Is(char c) => !IsWord && Text[0] == c;

    public bool IsAnyOf(string characters) => !IsWord && characters.Contains(Text[0], StringComparison.Ordinal);

    public bool HasDigit => IsWord && Text.AsSpan().ContainsAnyInRange('0', '9');
}

/// <summary>Cuts a text into tokens. Linear.</summary>
internal static class Tokens
{
    // Fewer than this many single letters in a row are initials or a formula.
    private const int SpacedLetters = 4;

    public static List<Token> Of(string text)
    {
        var folded = new FoldedText(text);
        var tokens = new List<Token>(32);
        var space = false;
        for (var i = 0; i < folded.Length;)
        {
            if (char.IsWhiteSpace(folded[i]))
            {
                space = true;
                i++;
                continue;
            }

            var end = i + 1;
            var isWord = IsWordCharacter(folded[i]);
            while (isWord && end < folded.Length && IsWordCharacter(folded[end]))
                end++;
            var word = folded.Slice(i, end);
            tokens.Add(new Token(word, folded.SourceStart(i), folded.SourceEnd(end - 1), isWord, isWord && word.All(char.IsAsciiDigit), space && tokens.Count > 0));
            space = false;
            i = end;
        }

        return Joined(tokens);
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c == '_';

    /// <summary>Joins what is written letter by letter ("g m a i l"): a reader reads the word.</summary>
    private static List<Token> Joined(List<Token> tokens)
    {
        var joined = new List<Token>(tokens.Count);
        for (var i = 0; i < tokens.Count;)
        {
            var end = i;
            while (end < tokens.Count && IsSingleLetter(tokens[end]) && (end == i || tokens[end].SpaceBefore))
                end++;
            if (end - i < SpacedLetters)
            {
                joined.Add(tokens[i++]);
                continue;
            }

            var word = string.Concat(tokens.Skip(i).Take(end - i).Select(static t => t.Text));
            joined.Add(new Token(word, tokens[i].Start, tokens[end - 1].End, true, false, tokens[i].SpaceBefore));
            i = end;
        }

        return joined;
    }

    private static bool IsSingleLetter(Token token) => token.IsWord && token.Text.Length == 1 && char.IsLetter(token.Text[0]);
}
