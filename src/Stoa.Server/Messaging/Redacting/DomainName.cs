namespace Stoa.Server.Messaging.Redacting;

/// <summary>Reads separators and host names, however they are written: <c>.</c>, <c>(dot)</c>, <c>dot</c>.</summary>
internal static class DomainName
{
    /// <summary>How a separator is written: the more it is disguised, the less else it can mean.</summary>
    public enum Style
    {
        None,

        /// <summary>The sign itself, no blank beside it.</summary>
        Tight,

        /// <summary>The sign with blanks.</summary>
        Spaced,

        /// <summary>As a word.</summary>
        Spelled,

        /// <summary>In brackets.</summary>
        Bracketed,
    }

    private const int MaxLabels = 8;

    /// <summary>A dot at this place, and where it ends.</summary>
    public static Style DotAt(IReadOnlyList<Token> tokens, int i, out int next) => SeparatorAt(tokens, i, '.', Lexicon.Dot, out next);

    /// <summary>An at sign at this place, and where it ends.</summary>
    public static Style AtAt(IReadOnlyList<Token> tokens, int i, out int next) => SeparatorAt(tokens, i, '@', Lexicon.At, out next);

    /// <summary>A host name from this place on.</summary>
    /// <param name="end">Behind its last token.</param>
    /// <param name="host">Folded, with plain dots.</param>
    /// <param name="weakest">How its most disguised dot is written; <see cref="Style.None"/> for a single word.</param>
    public static bool TryRead(IReadOnlyList<Token> tokens, int start, out int end, out string host, out Style weakest)
    {
        (end, host, weakest) = (start, "", Style.None);
        if (start >= tokens.Count || !tokens[start].IsWord)
            return false;
        var i = start + 1;
        host = tokens[start].Text;
        for (var labels = 0; labels < MaxLabels && i < tokens.Count; labels++)
        {
            if (tokens[i].Is('-') && !tokens[i].SpaceBefore && i + 1 < tokens.Count && tokens[i + 1].IsWord && !tokens[i + 1].SpaceBefore)
            {
                host += "-" + tokens[i + 1].Text;
                i += 2;
                continue;
            }

            var style = DotAt(tokens, i, out var next);
            if (style == Style.None || next >= tokens.Count || !tokens[next].IsWord || !Fits(style, tokens[next].Text))
                break;
            host += "." + tokens[next].Text;
            weakest = style > weakest ? style : weakest;
            i = next + 1;
        }

        end = i;
        return true;
    }

    /// <summary>The last label.</summary>
    public static string EndingOf(string host) => host[(host.LastIndexOf('.') + 1)..];

    /// <summary>Whether it ends like a host name.</summary>
    public static bool IsHost(string host) => host.Contains('.', StringComparison.Ordinal) && Lexicon.Endings.Contains(EndingOf(host));

    // A spaced or spelled dot joins two words only where the second is an ending, or the ordinary end of a sentence would be a host.
    private static bool Fits(Style style, string label) => style switch
    {
        Style.Spaced => Lexicon.ClearEndings.Contains(label),
        Style.Spelled => Lexicon.SpelledEndings.Contains(label) || Lexicon.MailHouses.Contains(label),
        _ => true,
    };

    private static Style SeparatorAt(IReadOnlyList<Token> tokens, int i, char sign, System.Collections.Frozen.FrozenSet<string> words, out int next)
    {
        next = i + 1;
        if (i >= tokens.Count)
            return Style.None;
        if (tokens[i].Is(sign))
        {
            if (next < tokens.Count && tokens[next].SpaceBefore)
                return Style.Spaced;

            // A dot that leans on the next word alone begins a name (".NET"), unless that can only be an ending.
            if (!tokens[i].SpaceBefore)
                return Style.Tight;
            return sign == '@' || (next < tokens.Count && tokens[next].Text is "com" or "org") ? Style.Spaced : Style.None;
        }

        if (tokens[i].IsAnyOf("([{<-*") && i + 2 < tokens.Count && tokens[i + 2].IsAnyOf(")]}>-*") && (tokens[i + 1].Is(sign) || words.Contains(tokens[i + 1].Text)))
        {
            next = i + 3;
            return Style.Bracketed;
        }

        return words.Contains(tokens[i].Text) ? Style.Spelled : Style.None;
    }
}
