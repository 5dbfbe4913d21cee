namespace Stoa.Server.Messaging.Redacting;

/// <summary>Telephone numbers: seven digits or more (S0-19), plain, grouped, spelled or mixed.</summary>
internal static class PhoneRule
{
    public const int MinimumDigits = 7;

    public static void Find(IReadOnlyList<Token> tokens, string text, List<ContactHit> hits)
    {
        var numbers = new PlainNumbers(tokens, text);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!tokens[i].IsWord || numbers.IsTaken(i))
                continue;
            var run = DigitRun.At(tokens, i, numbers.IsTaken);
            if (run.Groups.Count == 0)
                continue;
            if (run.Digits >= MinimumDigits && !numbers.IsSomethingElse(run))
            {
                var first = StartOf(tokens, run.First);
                hits.Add(new ContactHit(ContactRule.Phone, tokens[first].Start, tokens[run.Last].End - tokens[first].Start));
            }

            i = run.Last;
        }
    }

    /// <summary>The plus and the bracket in front belong to the number.</summary>
    private static int StartOf(IReadOnlyList<Token> tokens, int first)
    {
        while (first > 0 && tokens[first - 1].IsAnyOf("+(") && !tokens[first].SpaceBefore)
            first--;
        return first;
    }
}
