using Stoa.Core.Outbox;

namespace Stoa.Core.Mail;

/// <summary>A mail to be sent.</summary>
/// <remarks>Holds what the mail is about: subject, parts, the reader's address and any secret link are made when it is sent.</remarks>
public sealed class MailMessage : Outgoing
{
    public const int MaxKindLength = 50;
    public const int MaxErrorLength = 500;

    /// <summary>Which mail it is, e.g. <c>welcome</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose account it goes to; null when only an address was given.</summary>
    public long? UserId { get; init; }

    /// <summary>
    /// An address that is not looked up: somebody typed it, or it was an account's (then it is taken away once the mail has left). Null when <see cref="UserId"/> is given.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>What this kind of mail needs beside the account, in a form of its own; taken away once it is sent.</summary>
    public string? Content { get; set; }
}
