namespace Stoa.Server.Messaging.Redacting;

/// <summary>Tells <c>@name</c> as a name on another network from <c>@name</c> as somebody who is spoken to.</summary>
internal static class Mentions
{
    // Fewer words around it are no sentence to anybody.
    private const int WordsOfSentence = 2;

    /// <summary>Whether the at sign here begins a name that gives a contact away.</summary>
    public static bool IsContact(Reading text, int at)
    {
        if (at + 1 >= text.Count || !text[at + 1].IsWord || text[at + 1].SpaceBefore
            || (at > 0 && text[at - 1].IsWord && text.IsTight(at) && !text[at - 1].Has(Writing.Unspaced)))
            return false;
        var name = text[at + 1];
        var last = Names.LastOf(text, at + 1);
        if (text[last].End - name.Start < Names.MinimumLength || name.IsDigits || !name.Text.Any(char.IsLetter)
            || (text.IsSign(last + 1, "(/") && text.IsTight(last + 1)))
            return false;
        if (text.HasCueNear(at, last))
            return !IsSpokenTo(text, at, last) || text.HasCueBefore(at, 3);
        return IsChosenName(text, at, last) && !IsSpokenTo(text, at, last);
    }

    private static bool IsChosenName(Reading text, int at, int last) => last > at + 1 || text[at + 1].HasDigit
        || text[at + 1].Text.Contains('_', StringComparison.Ordinal);

    /// <summary>At the beginning of a sentence that goes on, behind a greeting, or between commas.</summary>
    private static bool IsSpokenTo(Reading text, int at, int last)
    {
        var words = 0;
        for (var i = last + 1; i < text.Count && words < WordsOfSentence; i++)
            words += text[i].IsWord ? 1 : 0;
        var isFirst = at == 0 || text[at].LineBefore || text.IsSign(at - 1, ".!?");
        var before = at - 1;
        while (before > 0 && !text[before].IsWord && !text.IsSign(before, ".!?:"))
            before--;
        return (isFirst && words >= WordsOfSentence) || (before >= 0 && text[before].Is(Kinds.Greeting))
            || (text.IsSign(at - 1, ",") && (text.IsClauseEnd(last + 1) && at > 2));
    }
}
