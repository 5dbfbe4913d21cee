namespace Stoa.Server.Messaging.Redacting;

/// <summary>How a separator is written: the more it is disguised, the less else it can mean.</summary>
internal enum Style
{
    None,

    /// <summary>The sign itself, no blank beside it.</summary>
    Tight,

    /// <summary>The sign with blanks, a comma, or a blank for it.</summary>
    Spaced,

    /// <summary>As a word that means much else.</summary>
    Doubtful,

    /// <summary>As a word.</summary>
    Spelled,

    /// <summary>In brackets.</summary>
    Bracketed,
}

/// <summary>Reads separators and host names, however they are written: <c>.</c>, <c>(dot)</c>, <c>dot</c>, <c>точка</c>, a blank.</summary>
internal sealed record DomainName(string Host, int End, Style Weakest)
{
    private const int MaxLabels = 8;
    private const string Opening = "([{<-*\"'|~/\\:_.";

    // Stands for the at sign where the name of a mail house follows: "ana*gmail*com".
    private const string InsteadOfAt = "*#~^&|%(";
    private const string Closing = ")]}>-*\"'|~/\\:_.";

    /// <summary>The last label.</summary>
    public string Ending => Host[(Host.LastIndexOf('.') + 1)..];

    /// <summary>The first label.</summary>
    public string First => Host.Split('.')[0];

    /// <summary>Whether it ends like a host name.</summary>
    public bool IsHost => Host.Contains('.', StringComparison.Ordinal) && TopLevel.IsTopLevel(Ending);

    /// <summary>A dot at this place, and where it ends.</summary>
    public static Style DotAt(Reading text, int i, out int next) => SeparatorAt(text, i, '.', Kinds.Dot, out next);

    /// <summary>An at sign at this place, and where it ends.</summary>
    public static Style AtAt(Reading text, int i, out int next) => SeparatorAt(text, i, '@', Kinds.At, out next);

    /// <summary>A host name, or a single word, from this place on; null for neither.</summary>
    /// <param name="mayLackDots">A blank may stand for a dot: behind "www" or an at sign.</param>
    /// <param name="isAddressed">Behind an at sign: also a comma, and every ending.</param>
    public static DomainName? Read(Reading text, int start, bool mayLackDots = false, bool isAddressed = false)
    {
        if (start >= text.Count || !text[start].IsWord || text[start].Has(Writing.Unspaced) && !text[start].Is(Kinds.House))
            return null;
        var (i, host, weakest) = (start + 1, LabelOf(text[start]), Style.None);
        mayLackDots |= text[start].IsSurely(Kinds.House) || host == "www";
        for (var labels = 0; labels < MaxLabels && i < text.Count; labels++)
        {
            if (text.IsSign(i, "-") && text.IsTight(i) && i + 1 < text.Count && text[i + 1].IsWord && text.IsTight(i + 1))
            {
                (host, i) = ($"{host}-{text[i + 1].Text}", i + 2);
                continue;
            }

            if (IsSpelledDash(text, i))
            {
                (host, i) = ($"{host}-{text[i + 1].Text}", i + 2);
                continue;
            }

            var style = DotAt(text, i, out var next);
            if (style == Style.None && (isAddressed || text[start].IsSurely(Kinds.House)) && labels == 0 && IsPoorDot(text, i, out next))
                style = Style.Tight;
            var lacksDot = style == Style.None && LacksDot(text, i, mayLackDots, host);
            if (lacksDot)
                (style, next) = (Style.Spaced, i);
            if (style == Style.None || next >= text.Count || !(lacksDot || Fits(text, style, next)))
                break;
            host = $"{host}.{(style == Style.Tight && text[next].IsLatin ? text[next].Text : EndingAt(text, next))}";
            weakest = style > weakest ? style : weakest;
            i = next + 1;
        }

        return new DomainName(host, i, weakest);
    }

    private static string LabelOf(Token token) => token.IsSurely(Kinds.House) ? token.Text.Replace(' ', '.') : token.Text;

    /// <summary>"my dash shop dot com"</summary>
    private static bool IsSpelledDash(Reading text, int i) =>
        text.Is(i, Kinds.Dash) && i + 1 < text.Count && text[i + 1].IsWord && DotAt(text, i + 2, out var next) >= Style.Doubtful
            && IsEnding(text, next);

    /// <summary>"@ handfest , ch", "@ manitas cl": behind an at sign hardly anything else can be meant.</summary>
    private static bool IsPoorDot(Reading text, int i, out int next)
    {
        next = text[i].IsAnyOf(",;:-.*#~^|_") && !text[i].LineBefore ? i + 1 : i;
        return IsEnding(text, next) && text[next].IsLatin && !text[next].LineBefore
            && (text.IsClauseEnd(next + 1) || !TopLevel.IsDoubtful(text, EndingAt(text, next)));
    }

    /// <summary>"gmail com", "www example com", "gmail,com".</summary>
    private static bool LacksDot(Reading text, int i, bool mayLackDots, string host) =>
        mayLackDots && text[i].IsWord && !text[i].LineBefore
        && (host == "www" ? text[i].IsLatin && (IsEnding(text, i + 1) || (text.IsSign(i + 1, ".") && IsEnding(text, i + 2)))
            : TopLevel.IsClear(EndingAt(text, i)) || (host.StartsWith("www.", StringComparison.Ordinal) && IsEnding(text, i)
            && !host.Contains('.', StringComparison.Ordinal)) || (host.StartsWith("www.", StringComparison.Ordinal)
            && host.LastIndexOf('.') == 3 && IsEnding(text, i)));

    /// <summary>
    /// A spaced or spelled dot joins two words only where the second is an ending or goes on to one, or the ordinary end of a sentence
    /// would
    /// be a host.
    /// </summary>
    private static bool Fits(Reading text, Style style, int next)
    {
        if (!text[next].IsWord)
            return false;
        return style switch
        {
            Style.Tight => true,
            Style.Bracketed => true,
            Style.Spaced => text[next].SpaceBefore ? (TopLevel.IsClear(EndingAt(text, next)) && !text.IsSurelyWord(text[next].Text))
                || (IsBothSpaced(text, next) && IsEnding(text, next)) || GoesOn(text, next) : IsEnding(text, next),
            _ => IsEnding(text, next) || text[next].Is(Kinds.House) || GoesOn(text, next),
        };
    }

    private static bool IsBothSpaced(Reading text, int next) => text.IsSign(next - 1, ".") && text[next - 1].SpaceBefore;

    private static bool GoesOn(Reading text, int next) => DotAt(text, next + 1, out var last) is not (Style.None or Style.Tight)
        && IsEnding(text, last) && TopLevel.IsClear(EndingAt(text, last));

    private static string EndingAt(Reading text, int i) => i >= text.Count ? "" : text[i].Word.Ending ?? text[i].Text;

    private static bool IsEnding(Reading text, int i) => i < text.Count && text[i].IsWord && TopLevel.IsTopLevel(EndingAt(text, i));

    private static Style SeparatorAt(Reading text, int i, char sign, Kinds words, out int next)
    {
        next = i + 1;
        if (i >= text.Count || i < 0)
            return Style.None;
        if (text[i].IsAnyOf(Opening) && i + 2 < text.Count && text[i + 2].IsAnyOf(Closing) && IsNamed(text, i + 1, sign, words))
        {
            next = i + 3;
            return Style.Bracketed;
        }

        if (text[i].Is(sign) || (sign == '.' && text[i].Is(',')))
            return StyleOfSign(text, i, next);
        if (sign == '@' && text[i].IsAnyOf(InsteadOfAt) && text.IsTight(i) && next < text.Count && text.IsTight(next)
            && text[next].IsSurely(Kinds.House))
            return Style.Tight;
        if (!text[i].IsWord || !text[i].Is(words))
            return Style.None;

        // "точка, ком", "dot - com"
        if (text.IsSign(next, ",-.") && next + 1 < text.Count && text[next + 1].IsWord && sign == '.' && !text[next + 1].LineBefore)
            next++;
        return text[i].IsSurely(words) ? Style.Spelled : Style.Doubtful;
    }

    private static bool IsNamed(Reading text, int i, char sign, Kinds words) =>
        text[i].Is(sign) || (text[i].IsWord && (text[i].Is(words) || (sign == '@' && text[i].Text == "a" && text.IsSign(i - 1, "([{"))));

    private static Style StyleOfSign(Reading text, int i, int next)
    {
        if (next >= text.Count)
            return Style.None;
        if (text[i].Is(','))
            return text.IsTight(i) && TopLevel.IsClear(EndingAt(text, next))
                && (!text.IsSurelyWord(text[next].Text) || text.IsClauseEnd(next + 1))
                && (text.IsTight(next) || (text[next].Text == "com" && text.IsClauseEnd(next + 1))) ? Style.Spaced : Style.None;
        if (text[next].SpaceBefore)
            return text[next].LineBefore && !text[i].Is('@') && !text[i].LineBefore ? Style.None : Style.Spaced;
        if (!text[i].SpaceBefore)
            return Style.Tight;

        // A dot that leans on the next word alone begins a name (".NET"), unless that can only be an ending.
        return text[i].Is('@') || (TopLevel.IsClear(text[next].Text) && !text[next].Has(Writing.Capital)) ? Style.Spaced : Style.None;
    }
}
