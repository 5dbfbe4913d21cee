namespace Stoa.Server.Messaging.Redacting;

/// <summary>Names on other messengers or at mail houses: <c>telegram: ana_92</c>, <c>find me as ana.k on insta</c>,
/// <c>ana#1234</c>.</summary>
internal static class HandleRule
{
    private const int Reach = 11;
    private const int ReachBack = 9;

    // So many words that no table has may stand between a messenger and a name that is clearly one.
    private const int MaxStrangers = 2;
    private const int ShortestPlain = 4;
    private const int ReachOfNaming = 4;
    private const string Naming = ":=@\u2192~";

    private const Kinds PassedOver = Kinds.Little | Kinds.Filler | Kinds.Naming | Kinds.Cue | Kinds.Being | Kinds.Messenger | Kinds.House
        | Kinds.At | Kinds.Pair | Kinds.Greeting | Kinds.Underscore | Kinds.Site;

    public static void Find(Reading text, List<ContactHit> hits)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (text[i].IsWord && text[i].Is(Kinds.Messenger | Kinds.House))
            {
                Ahead(text, i, hits);
                Behind(text, i, hits);
            }
            else if (text[i].IsWord && text[i].IsSurely(Kinds.Naming) && (text.HasCue || text.HasMessenger))
            {
                Named(text, i, hits);
            }
            else if (text[i].Is('@'))
            {
                if (Mentions.IsContact(text, i))
                    Add(text, i, Names.LastOf(text, i + 1), hits);
            }
            else if (IsTag(text, i))
            {
                Add(text, i, i + 2, hits);
            }
        }
    }

    private static void Ahead(Reading text, int messenger, List<ContactHit> hits)
    {
        var isSure = text[messenger].IsSurely(Kinds.Messenger | Kinds.House);
        var (named, isNamed, strangers) = (false, false, 0);
        for (var i = messenger + 1; i < text.Count && i - messenger <= Reach; i++)
        {
            var token = text[i];
            if (!token.IsWord)
            {
                if (IsSentenceEnd(text, i))
                    return;
                (named, isNamed) = (named || token.IsAnyOf(Naming), isNamed || token.IsAnyOf(Naming));
                continue;
            }

            if ((Names.IsChosen(text, i) || (named && token is { HasDigit: true, IsDigits: false, Text.Length: > ShortestPlain }))
                && !token.Is(Kinds.Messenger | Kinds.House | Kinds.Reference) && IsLongEnough(text, i))
            {
                if ((isSure || named || strangers == 0) && Names.FirstOf(text, i) > messenger)
                    Add(text, i, Names.LastOf(text, i), hits);
                return;
            }

            // "my insta" at the end of a line, and a name in the next.
            named |= token.LineBefore && i == messenger + 1;
            if (IsPassedOver(text, i))
            {
                (named, isNamed) = (named || token.Is(Kinds.Naming | Kinds.Being), isNamed || token.IsSurely(Kinds.Naming));
                continue;
            }

            if (IsPlainName(text, messenger, i, isSure, named, isNamed))
            {
                Add(text, i, Names.LastOf(text, i), hits);
                return;
            }

            if (token.IsDigits || ++strangers > MaxStrangers)
                return;
            named = isNamed = false;
        }
    }

    /// <summary>"username anaphotos", "nick: ana_92", where a messenger or getting in touch is spoken of.</summary>
    private static void Named(Reading text, int naming, List<ContactHit> hits)
    {
        var i = naming + 1;
        while (i < text.Count && i - naming <= ReachOfNaming && (text[i].IsAnyOf(Naming + "\"'-")
            || (text[i].IsWord && text[i].Is(Kinds.Being | Kinds.Naming | Kinds.Little) && !Names.IsChosen(text, i))))
            i++;
        if (i >= text.Count || !text[i].IsWord || text[i].LineBefore || text[i].IsDigits || text[i].Has(Writing.Unspaced))
            return;
        var isPlain = text[i].IsLatin && text[i].Text.Length > ShortestPlain && text[i].Word.Kinds == Kinds.None
            && !text[i].Has(Writing.Capital) && text.IsClauseEnd(Names.LastOf(text, i) + 1) && text.HasMessenger;
        if ((Names.IsChosen(text, i) && !text[i].Is(Kinds.Reference) && !text[i].Has(Writing.Capitals)) || isPlain)
            Add(text, i, Names.LastOf(text, i), hits);
    }

    /// <summary>A word that nobody would take for a name but for what stands around it.</summary>
    private static bool IsPlainName(Reading text, int messenger, int i, bool isSure, bool named, bool isNamed)
    {
        var token = text[i];
        var last = Names.LastOf(text, i);
        if (token.IsDigits || !token.IsLatin || token.Has(Writing.Capitals) || text[last].End - token.Start < ShortestPlain
            || text.Says(i, Kinds.Common | Kinds.Cue | Kinds.Site | Kinds.Unit))
            return false;

        // Among other letters a Latin word is a name already.
        if (!text[messenger].IsLatin || (i > 0 && text[i - 1].IsWord && !text[i - 1].IsLatin))
            return token.Word.Kinds == Kinds.None && (isSure || named);
        if (!named || (!isSure && !(isNamed && IsNextTo(text, messenger, i))))
            return false;
        if (isNamed)
            return text.IsClauseEnd(last + 1) || text.Is(last + 1, Kinds.Cue | Kinds.Little | Kinds.Filler);
        return (text.IsClauseEnd(last + 1) || text.Is(last + 1, Kinds.Being)) && token.Word.Kinds == Kinds.None
            && (text.Is(i - 1, Kinds.Naming) || IsSomebodys(text, messenger));
    }

    /// <summary>Signs and words that name alone stand between.</summary>
    private static bool IsNextTo(Reading text, int messenger, int i)
    {
        while (--i > messenger)
        {
            if (text[i].IsWord && !text[i].Is(Kinds.Naming))
                return false;
        }

        return true;
    }

    /// <summary>"my telegram is …", not "telegram is …".</summary>
    private static bool IsSomebodys(Reading text, int messenger) => messenger > 0 && text[messenger - 1].Is(Kinds.Little)
        || messenger + 1 < text.Count && text[messenger + 1].Is(Kinds.Little) && !text[messenger + 1].Is(Kinds.Being);

    /// <summary>"ana_92 on telegram", "find sweetana on insta".</summary>
    private static void Behind(Reading text, int messenger, List<ContactHit> hits)
    {
        var strangers = 0;
        for (var i = messenger - 1; i >= 0 && messenger - i <= ReachBack; i--)
        {
            var token = text[i];
            if (!token.IsWord)
            {
                if (IsSentenceEnd(text, i))
                    return;
                continue;
            }

            if (Names.IsChosen(text, i) && !token.Is(Kinds.Messenger | Kinds.House | Kinds.Reference) && IsLongEnough(text, i))
            {
                if (text[messenger].IsSurely(Kinds.Messenger | Kinds.House) || (i + 1 == messenger - 1 && text[i + 1].Is(Kinds.Little)))
                    Add(text, Names.FirstOf(text, i), text[i + 1].LineBefore ? messenger : i, hits);
                return;
            }

            if (IsPassedOver(text, i))
                continue;
            if (IsSought(text, i, messenger))
                Add(text, i, i, hits);
            if (token.IsDigits || ++strangers > MaxStrangers)
                return;
        }
    }

    private static bool IsSought(Reading text, int i, int messenger)
    {
        var before = i - 1;
        while (before > 0 && text[before].IsWord && text[before].Is(Kinds.Little) && !text[before].Is(Kinds.Cue | Kinds.Naming)
            && i - before < 3)
            before--;
        return messenger - i is 2 or 3 && text[i].IsLatin && text[i].Text.Length > ShortestPlain && text[i].Word.Kinds == Kinds.None
            && !text[i].Has(Writing.Capitals)
        && text[i + 1].Is(Kinds.Little) && (text[messenger].IsSurely(Kinds.Messenger | Kinds.House)
            || (before >= 0 && text[before].Is(Kinds.Naming)) || text.IsClauseEnd(messenger + 1))
        && before >= 0 && ((text.IsSign(before, ":\"'") && text[messenger].IsSurely(Kinds.Messenger | Kinds.House))
            || text[before].Is(Kinds.Naming) || (text[before].Is(Kinds.Cue) && text[before].IsWord));
    }

    private static bool IsPassedOver(Reading text, int i) =>
        text[i].Is(PassedOver)
        && Names.LastOf(text, i) == i;

    private static bool IsLongEnough(Reading text, int i) => text[Names.LastOf(text, i)].End - text[Names.FirstOf(text,
        i)].Start >= Names.MinimumLength;

    private static bool IsSentenceEnd(Reading text, int i) => text[i].IsAnyOf(".!?;") && text.IsTight(i) && i + 1 < text.Count
        && text[i + 1].SpaceBefore && !text.IsSign(i - 1, ".");

    /// <summary><c>name#1234</c>, without a blank; numbers of orders and issues look alike and are told by their word.</summary>
    private static bool IsTag(Reading text, int i) =>
        i + 2 < text.Count && text[i].IsWord && text[i].Text.Length >= Names.MinimumLength && text[i + 1].Is('#') && text.IsTight(i + 1)
        && text[i + 2] is { IsDigits: true, SpaceBefore: false, Text.Length: 4 } && !text[i].Is(Kinds.Reference | Kinds.Unit | Kinds.Row)
            && !text[i].Has(Writing.Capitals | Writing.Unspaced)
        && text[i].Text is not ("bug" or "room" or "apt" or "unit");

    private static void Add(Reading text, int first, int last, List<ContactHit> hits) =>
        hits.Add(new ContactHit(ContactRule.Handle, text[first].Start, text[last].End - text[first].Start));
}
