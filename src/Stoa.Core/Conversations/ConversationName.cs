using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Stoa.Core.Conversations;

/// <summary>What a client may mean by the name of a conversation.</summary>
public enum ConversationNameForm
{
    /// <summary>Nothing that a conversation could be called.</summary>
    Unusable,

    /// <summary>Digits: the id of a conversation.</summary>
    Id,

    /// <summary><c>admin</c>: the caller's own inbox with the support desk.</summary>
    OwnInbox,

    /// <summary><c>admin_12</c>: the inbox of an account with the support desk.</summary>
    Inbox,

    /// <summary><c>conv_3_8</c>: the common conversation of two accounts.</summary>
    Pair,

    /// <summary>A name that a mailbox client chose; means something only to the two who use it.</summary>
    Chosen,
}

/// <summary>A name of a conversation as a client wrote it, told apart into the server's own forms and those that clients choose.</summary>
/// <remarks>
/// The server's forms are reserved: they are resolved by key and kind and never by what somebody called a conversation, because otherwise
/// one who chose such a name would decide where private words of others go. What merely looks like one (<c>Admin</c>, digits of other
/// scripts, <c>conv_8_3</c>) and what could never be opened by a path is <see cref="ConversationNameForm.Unusable"/>.
/// </remarks>
public readonly partial record struct ConversationName
{
    private const int WideFirst = 0xFF01;
    private const int WideLast = 0xFF5E;

    /// <summary>A name that is one of the server's own and does not stand for a conversation of these two.</summary>
    public static readonly Refusal Reserved = Refusal.Unprocessable(
        "conversation.name_reserved", "conversation_id is a name the server gives itself, and not the one of this conversation");

    /// <summary>A name under which a conversation could not be opened again.</summary>
    public static readonly Refusal Unusable = Refusal.Unprocessable(
        "conversation.name_invalid", "conversation_id has 1 to 100 visible characters without slashes, and is not made of dots alone");

    /// <summary>Several conversations of the caller have this name, so that it says nothing.</summary>
    public static readonly Refusal Ambiguous = Refusal.Conflict("conversation.name_ambiguous",
        "Several conversations have this name; use the id instead");

    private ConversationName(ConversationNameForm form, string text, long one = 0, long other = 0) =>
        (Form, Text, One, Other) = (form, text, one, other);

    public ConversationNameForm Form { get; }

    /// <summary>Without blanks around it.</summary>
    public string Text { get; }

    /// <summary>The id of the conversation, the account of the inbox, or the lower account of a pair.</summary>
    public long One { get; }

    /// <summary>The higher account of a pair.</summary>
    public long Other { get; }

    /// <summary>True for what has one of the server's forms, or could be taken for one.</summary>
    public bool IsReserved => Form is not (ConversationNameForm.Chosen or ConversationNameForm.Unusable) || LooksReserved(Text);

    /// <summary>Tells what a name means; never fails.</summary>
    public static ConversationName Read(string? name)
    {
        var text = name?.Trim() ?? "";
        if (text == Conversation.OwnInbox)
            return new(ConversationNameForm.OwnInbox, text);
        if (NumberOf(text) is { } id)
            return new(ConversationNameForm.Id, text, id);
        if (text.StartsWith(Conversation.InboxPrefix, StringComparison.Ordinal)
            && NumberOf(text.AsSpan(Conversation.InboxPrefix.Length)) is { } account)
            return new(ConversationNameForm.Inbox, text, account);
        if (PairOf(text) is { } pair)
            return new(ConversationNameForm.Pair, text, pair.One, pair.Other);
        return new(IsWritable(text) && !LooksReserved(text) ? ConversationNameForm.Chosen : ConversationNameForm.Unusable, text);
    }

    /// <summary>Why such a name cannot be chosen for a conversation; null when it can.</summary>
    public Refusal? WhyNotChosen() => Form switch
    {
        ConversationNameForm.Chosen => null,
        _ => IsReserved ? Reserved : Unusable,
    };

    /// <summary>
    /// How a conversation is called where names are texts: its alias when that stands for this conversation and no other, else its id.
    /// </summary>
    /// <param name="one">Somebody who takes part.</param>
    /// <param name="other">The other one of a pair.</param>
    public static string Shown(ConversationKind kind, string? alias, long id, long one, long? other)
    {
        var isOwn = alias is not null && kind switch
        {
            ConversationKind.Support => true,
            ConversationKind.Direct => (other is { } second && alias == Conversation.DirectAlias(one, second))
                || Read(alias).Form == ConversationNameForm.Chosen,
            _ => false,
        };
        return isOwn ? alias! : id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Digits as the server writes an id: nothing before the first one that counts.</summary>
    private static long? NumberOf(ReadOnlySpan<char> digits) =>
        digits is [not '0', ..] && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static (long One, long Other)? PairOf(string text)
    {
        if (!text.StartsWith(Conversation.PairPrefix, StringComparison.Ordinal))
            return null;
        var accounts = text.AsSpan(Conversation.PairPrefix.Length);
        var between = accounts.IndexOf('_');
        return between > 0 && NumberOf(accounts[..between]) is { } one && NumberOf(accounts[(between + 1)..]) is { } other && one < other
            ? (one, other) : null;
    }

    /// <summary>Whether it fits into the record and into one segment of a path.</summary>
    private static bool IsWritable(string text)
    {
        if (text.Length is 0 or > Conversation.MaxAliasLength || text.AsSpan().Trim('.').IsEmpty)
            return false;
        foreach (var rune in text.EnumerateRunes())
        {
            // Half a character reads as the replacement character.
            if (rune.Value is '/' or '\\' || rune == Rune.ReplacementChar
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                return false;
        }

        return true;
    }

    private static bool LooksReserved(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // The wide forms of ASCII stand in one row, and what cannot be seen does not tell two names apart.
            if (rune.Value is >= WideFirst and <= WideLast)
                plain.Append((char)(rune.Value - WideFirst + '!'));
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned))
                plain.Append(rune);
        }

        return ReservedForm().IsMatch(plain.ToString().Trim());
    }

    // "search" is a route beside the conversations of that door. \d is a digit of any script.
    [GeneratedRegex(@"^(admin|admin_\d+|conv_\d+_\d+|[+\-]?\d+|search)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ReservedForm();
}
