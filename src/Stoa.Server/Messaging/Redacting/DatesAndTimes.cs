using System.Globalization;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Reads dates and times of day: <c>12.05.2024</c>, <c>2024/5/12</c>, <c>1999-2004</c>, <c>14:30</c>,
/// <c>2024-05-12T10:30:00</c>.</summary>
internal static class DatesAndTimes
{
    private const string Joints = "-./";

    /// <summary>How many tokens from this one on are a date or a time; 0: none.</summary>
    public static int LengthAt(Reading text, int i)
    {
        var date = Date(text, i);
        return date > 0 ? date : Time(text, i);
    }

    public static bool IsYear(Reading text, int i) => i < text.Count && text[i].IsDigits && text[i].Text.Length == 4
        && Value(text, i) is >= 1900 and <= 2100;

    /// <summary>A day written 20240512.</summary>
    public static bool IsDay(string digits) =>
        digits.Length == 8 && digits[..2] is "19" or "20" && int.TryParse(digits.AsSpan(4, 2), NumberStyles.None,
            CultureInfo.InvariantCulture, out var month) && month is >= 1 and <= 12
        && int.TryParse(digits.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var day) && day is >= 1 and <= 31;

    public static int Value(Reading text, int i) =>
        i < text.Count && int.TryParse(text[i].Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;

    private static int Date(Reading text, int i)
    {
        // 2019-2024, 1999/2000
        if (IsYear(text, i) && Joins(text, i + 1, "-/") && IsYear(text, i + 2) && !Joins(text, i + 3, Joints))
            return 3;
        if (!text.IsSign(i + 1, Joints) || !text.IsSign(i + 3, Joints) || text[i + 1].Text != text[i + 3].Text || Joins(text, i + 5, "-")
            || IsLoose(text, i))
            return 0;
        if (!text[i].IsDigits || !text[i + 2].IsDigits || i + 4 >= text.Count || !text[i + 4].IsWord)
            return 0;
        var isForward = IsYear(text, i) && Value(text, i + 2) is >= 1 and <= 12 && DayOf(text[i + 4]) is >= 1 and <= 31;
        var isBackward = Value(text, i) is >= 1 and <= 31 && Value(text, i + 2) is >= 1 and <= 31
            && (Value(text, i) <= 12 || Value(text, i + 2) <= 12)
            && (IsYear(text, i + 4) || (text[i + 4].IsDigits && text[i + 4].Text.Length == 2) || IsYearAndHour(text[i + 4]));
        if (!isForward && !isBackward)
            return 0;

        // The time may be glued on by a letter: 2024-05-12T10:30:00.
        var length = 5;
        while (!text[i + 4].IsDigits && Joins(text, i + length, ":.") && text[i + length + 1].IsWord && text[i + length + 1].HasDigit
            && length < 13)
            length += 2;
        return length;
    }

    /// <summary>Blanks beside a joint are beside each of them, or the row is something else.</summary>
    private static bool IsLoose(Reading text, int i)
    {
        var after = i + 2 < text.Count && text[i + 2].SpaceBefore;
        return text[i + 1].SpaceBefore != text[i + 3].SpaceBefore || (i + 4 < text.Count && text[i + 4].SpaceBefore != after)
            || (after && text[i + 1].Is('-'));
    }

    private static int DayOf(Token token)
    {
        var digits = 0;
        while (digits < token.Text.Length && char.IsAsciiDigit(token.Text[digits]))
            digits++;
        if (digits is 0 or > 2 || (digits < token.Text.Length && token.Text[digits] is not ('t' or 'z')))
            return -1;
        return int.Parse(token.Text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static bool IsYearAndHour(Token token) =>
        token.Text.Length is > 4 and <= 7 && token.Text[4] == 't' && token.Text[..2] is "19" or "20";

    private static int Time(Reading text, int i)
    {
        if (!text[i].IsDigits || text[i].Text.Length > 2 || !Joins(text, i + 1, ":") || !text[i + 2].HasDigit
            || text[i + 2].Text.Length is < 2 or > 4
            || !char.IsAsciiDigit(text[i + 2].Text[1]) || Value(text, i) > 24 || text[i + 2].Text[0] > '5')
            return 0;
        return Joins(text, i + 3, ":") && text[i + 4].IsDigits && text[i + 4].Text.Length == 2 && Value(text, i + 4) <= 60 ? 5 : 3;
    }

    private static bool Joins(Reading text, int i, string signs) => text.IsSign(i, signs) && text.IsTight(i) && i + 1 < text.Count
        && text.IsTight(i + 1);
}
