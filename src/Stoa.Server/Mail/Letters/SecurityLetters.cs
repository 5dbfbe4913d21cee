using Stoa.Server.Mail.Templates;

namespace Stoa.Server.Mail.Letters;

/// <summary>Something changed in how somebody signs in.</summary>
/// <param name="Sentence">What, in words of the server's own.</param>
/// <param name="Client">A browser and a system from a list, never what a client wrote.</param>
/// <param name="Address">The network's; null: not from the network.</param>
public sealed record SecurityNoticeLetter(string Site, string? Name, string Sentence, DateTimeOffset At, string Client, string? Address) : Letter(Site, Name)
{
    public override string Subject => $"Your account at {Site}: a change";

    public override Type Template => typeof(SecurityNotice);

    public string When => Moment.Of(At);

    public string From => Address ?? "the server itself";

    public override string Text => $"""
        {Greeting}

        at {Site}, {Sentence}

          when:    {When}
          device:  {Client}
          address: {From}

        If it was you, or you know why, there is nothing to do. If not, ask for a
        new password at once.
        """;
}

/// <summary>To a new address: the link that makes it the account's.</summary>
public sealed record ProveNewEmailLetter(string Site, string Link) : Letter(Site, null)
{
    public override string Subject => $"Confirm your new e-mail address for {Site}";

    public override Type Template => typeof(ProveNewEmail);

    public override string Text => $"""
        {Greeting}

        somebody, probably you, wants to use this address for an account at {Site}.
        Confirm it here (the link is good for 24 hours, once):
        {Link}

        If it was not you, you can ignore this mail: nothing changes.
        """;
}

/// <summary>To the old address: a change was asked for, and how to stop it.</summary>
public sealed record StopEmailChangeLetter(string Site, string Link, DateTimeOffset At) : Letter(Site, null)
{
    public override string Subject => $"Your e-mail address at {Site} is about to change";

    public override Type Template => typeof(StopEmailChange);

    public string When => Moment.Of(At);

    public override string Text => $"""
        {Greeting}

        on {When} somebody who knows your password asked for another
        e-mail address of your account at {Site}.

        If it was you, there is nothing to do. If not, stop it here; the link is good
        until seven days after the change:
        {Link}

        That also signs every device out, and you get a link to a new password.
        """;
}
