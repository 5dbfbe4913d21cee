namespace Stoa.Server.Hosting.Security;

/// <summary>Who gets a mail about it.</summary>
public enum TellsByMail
{
    Nobody,

    /// <summary>Whose account it is, at the account's address.</summary>
    Owner,

    /// <summary>Whose account it is, at the address the account had and at the one it has.</summary>
    OldAndNewAddress,
}

/// <summary>One kind of thing that must not happen unseen.</summary>
/// <param name="Name">Stable and dotted: the action in the audit trail, and how its line in <c>auth.log</c> begins.</param>
/// <param name="IsAudited">A row in the audit trail, in the transaction of what happened. False: what happens too often to be kept in the record; the line remains.</param>
/// <param name="Level">Of the line in the log. Every kind has one, with the network's address it came from.</param>
/// <param name="Mail">It concerns how somebody signs in, so that one is told.</param>
/// <param name="Sentence">What the mail says, after "at SITE,"; null without a mail.</param>
public sealed record SecurityEvent(string Name, bool IsAudited, LogLevel Level, TellsByMail Mail = TellsByMail.Nobody, string? Sentence = null);
