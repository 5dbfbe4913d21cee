namespace Stoa.Server.Messaging.Redacting;

/// <summary>Reads amounts: a number beside a currency or a unit, or one grouped as only amounts are.</summary>
internal static class Amounts
{
    private const string Signs = "$€£¥₹₽₴₩₺৳﷼₦₫฿₪₱₡₲₵₸₼₾₿¢%‰°";

    // Dearer things are written with groups.
    private const int MostPlainDigits = 9;

    /// <summary>How many tokens from this one on are an amount; 0: none.</summary>
    public static int LengthAt(Reading text, int i)
    {
        if (!text[i].IsDigits || IsWithin(text, i) || text.IsSign(i - 1, "+"))
            return 0;
        var (end, groups, isClear) = Number(text, i);
        if (text.Source.Length == 0 || groups == 0)
            return 0;
        var isNamed = IsCurrencyBefore(text, i) || IsNameBehind(text, end, text[i].Text.Length);
        return isClear || isNamed ? end - i : 0;
    }

    /// <summary>Whether an amount, a unit or a currency follows: the number before it is of the same kind.</summary>
    public static bool IsNamed(Reading text, int i) => i < text.Count
        && (text.Is(i, Kinds.Magnitude | Kinds.Unit | Kinds.Currency) || LengthAt(text, i) > 0);

    /// <summary>The end of the number, how many groups it has, and whether its grouping alone tells an amount.</summary>
    private static (int End, int Groups, bool IsClear) Number(Reading text, int i)
    {
        var first = text[i].Text;
        if (first.Length > MostPlainDigits || (first.Length > 1 && first[0] == '0'))
            return (i, 0, false);
        var (end, groups, kind) = (i + 1, 1, '\0');
        while (first.Length <= 3 && GroupAt(text, end, out var sign, out var next) && (kind == '\0' || kind == sign) && first[0] != '0')
            (end, groups, kind) = (next, groups + 1, sign);
        var hasDecimals = text.IsSign(end, ".,") && text.IsTight(end) && end + 1 < text.Count && text.IsTight(end + 1)
            && text[end + 1].IsDigits
            && text[end + 1].Text.Length <= (groups == 1 ? 3 : 2) && !text[end].Is(kind)
                && !(text.IsSign(end + 2, ".,-/") && text.IsTight(end + 2) && text.IsTight(end + 3) && end + 3 < text.Count
                && text[end + 3].IsDigits);
        var isClear = groups > 1 && (hasDecimals || kind == '\'' || (kind == ',' && groups > 2)
            || (kind is '.' or ' ' && groups > 2 && first.Length < 3));
        end = hasDecimals ? end + 2 : end;
        return IsGoingOn(text, end) ? (end, 0, false) : (end, groups, isClear && !text.HasCueBefore(i, 4));
    }

    /// <summary>Three digits behind a sign for thousands or a blank; two in India's way, which ends in three.</summary>
    private static bool GroupAt(Reading text, int i, out char sign, out int next)
    {
        (sign, next) = (' ', i + 1);
        var digits = i;
        if (text.IsSign(i, ",.'_") && text.IsTight(i))
            (sign, digits, next) = (text[i].Text[0], i + 1, i + 2);
        if (digits >= text.Count || !text[digits].IsDigits || text[digits].SpaceBefore != (sign == ' ') || text[digits].LineBefore)
            return false;
        return text[digits].Text.Length == 3 || (sign == ',' && text[digits].Text.Length == 2 && text.IsSign(next, ",")
            && text.IsTight(next) && text.IsTight(next + 1));
    }

    /// <summary>Part of a longer row of digits, of which a piece is no amount.</summary>
    private static bool IsWithin(Reading text, int i) =>
        i >= 2 && text[i - 2].HasDigit && text.IsTight(i - 1) && text.IsTight(i) && text.IsSign(i - 1, "-./:_,");

    private static bool IsGoingOn(Reading text, int end) =>
        (end < text.Count && text[end].IsDigits && (text[end].SpaceBefore || text.IsTight(end)) && !text[end].LineBefore)
        || (text.IsSign(end, "-./:_") && text.IsTight(end) && end + 1 < text.Count && text[end + 1].IsDigits && text.IsTight(end + 1));

    private static bool IsCurrencyBefore(Reading text, int i)
    {
        if (i > 0 && text.IsSign(i - 1, ".") && text.IsTight(i - 1))
            i--;
        return i > 0 && (text.IsSign(i - 1, Signs) || IsWord(text, i - 1, Kinds.Currency, 0));
    }

    private static bool IsNameBehind(Reading text, int end, int digits) =>
        end < text.Count && !text[end].LineBefore && (text.IsSign(end, Signs)
            || IsWord(text, end, Kinds.Currency | Kinds.Unit | Kinds.Magnitude, digits)
            || (text.IsSign(end, "-") && text.IsTight(end) && IsWord(text, end + 1, Kinds.Currency | Kinds.Unit, digits)));

    /// <summary>A single letter is a unit or a currency only beside a short number: "5551234 m" may go on.</summary>
    private static bool IsWord(Reading text, int i, Kinds kinds, int digits) =>
        text.Is(i, kinds) && (text[i].Text.Length > 1 || text[i].Has(Writing.Unspaced)
            || (digits <= 6 && (digits > 0 || text[i].Has(Writing.Capital) || text[i].Text is "s" or "q" or "l")));
}
