namespace Stoa.Server.Messaging.Redacting;

/// <summary>Names on other messengers: <c>telegram: ana_92</c>, <c>find me as ana.k on insta</c>, <c>dm @ana_k</c>, <c>ana#1234</c>.</summary>
internal static class HandleRule
{
    private const int Reach = 6;
    private const int MinimumLength = 3;

    public static void Find(IReadOnlyList<Token> tokens, List<ContactHit> hits)
    {
        var speaksOfContact = tokens.Any(static t => Lexicon.Cues.Contains(t.Text) || Lexicon.Messengers.Contains(t.Text));
        for (var i = 0; i < tokens.Count; i++)
        {
            if (IsMessenger(tokens[i]))
            {
                Ahead(tokens, i, hits);
                Behind(tokens, i, hits);
            }
            else if (tokens[i].Is('@') && i + 1 < tokens.Count && tokens[i + 1].IsWord && !tokens[i + 1].SpaceBefore && (i == 0 || tokens[i].SpaceBefore || !tokens[i - 1].IsWord))
            {
                var name = tokens[i + 1].Text;
                if (name.Length >= MinimumLength && (speaksOfContact || LooksChosen(tokens[i + 1])))
                    Add(tokens, i, i + 1, hits);
            }
            else if (IsTag(tokens, i))
            {
                Add(tokens, i, i + 2, hits);
            }
        }
    }

    private static bool IsMessenger(Token token) => token.IsWord && (Lexicon.Messengers.Contains(token.Text) || Lexicon.ShortMessengers.Contains(token.Text));

    private static void Ahead(IReadOnlyList<Token> tokens, int messenger, List<ContactHit> hits)
    {
        var isClear = Lexicon.Messengers.Contains(tokens[messenger].Text);
        var isNamed = false;
        for (var i = messenger + 1; i < tokens.Count && i - messenger <= Reach; i++)
        {
            var token = tokens[i];
            if (token.IsAnyOf(":=@-()\"'*→>,"))
            {
                isNamed |= token.IsAnyOf(":=@");
                continue;
            }

            if (!token.IsWord)
                return;
            isNamed |= Lexicon.HandleCues.Contains(token.Text);
            if (Lexicon.HandleFillers.Contains(token.Text) || (i + 1 < tokens.Count && tokens[i + 1].Is(':') && !tokens[i + 1].SpaceBefore))
                continue;
            if (token.Text.Length >= MinimumLength && !token.IsDigits && !Lexicon.NoHandles.Contains(token.Text) && !IsMessenger(token)
                && (LooksChosen(token) || IsDotted(tokens, i) || (isNamed && isClear)))
            {
                Add(tokens, i, LastOf(tokens, i), hits);
            }

            return;
        }
    }

    /// <summary>"ana_92 on telegram": what stands right before the little word.</summary>
    private static void Behind(IReadOnlyList<Token> tokens, int messenger, List<ContactHit> hits)
    {
        var i = messenger - 1;
        while (i >= 0 && messenger - i <= 3 && tokens[i].IsWord && tokens[i].Text is "on" or "in" or "at" or "my" or "via" or "auf" or "bei" or "en" or "sur")
            i--;
        if (i < 0 || i == messenger - 1 || !tokens[i].IsWord || tokens[i].IsDigits)
            return;
        var start = i;
        while (start >= 2 && !tokens[start].SpaceBefore && tokens[start - 1].IsAnyOf("._-") && !tokens[start - 1].SpaceBefore && tokens[start - 2].IsWord)
            start -= 2;
        if (tokens[i].End - tokens[start].Start < MinimumLength)
            return;
        if (start < i || LooksChosen(tokens[i]) || (start > 0 && tokens[start - 1].Is('@')))
            Add(tokens, start > 0 && tokens[start - 1].Is('@') ? start - 1 : start, i, hits);
    }

    private static bool LooksChosen(Token token) =>
        token.IsWord && !token.IsDigits && token.Text.Any(char.IsLetter) && (token.HasDigit || token.Text.Contains('_', StringComparison.Ordinal));

    private static bool IsDotted(IReadOnlyList<Token> tokens, int i) => LastOf(tokens, i) > i;

    private static int LastOf(IReadOnlyList<Token> tokens, int i)
    {
        while (i + 2 < tokens.Count && tokens[i + 1].IsAnyOf(".-") && !tokens[i + 1].SpaceBefore && tokens[i + 2].IsWord && !tokens[i + 2].SpaceBefore)
            i += 2;
        return i;
    }

    /// <summary><c>name#1234</c>, without a blank; numbers of orders and issues look alike and are told by their word.</summary>
    private static bool IsTag(IReadOnlyList<Token> tokens, int i) =>
        i + 2 < tokens.Count && tokens[i].IsWord && tokens[i].Text.Length >= MinimumLength && tokens[i + 1].Is('#') && !tokens[i + 1].SpaceBefore
        && tokens[i + 2] is { IsDigits: true, SpaceBefore: false, Text.Length: 4 } && !Lexicon.References.Contains(tokens[i].Text) && tokens[i].Text is not ("bug" or "room" or "apt" or "unit");

    private static void Add(IReadOnlyList<Token> tokens, int first, int last, List<ContactHit> hits) =>
        hits.Add(new ContactHit(ContactRule.Handle, tokens[first].Start, tokens[last].End - tokens[first].Start));
}
