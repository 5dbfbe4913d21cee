using System.Globalization;
using Stoa.Server.Mail.Templates;

namespace Stoa.Server.Mail.Letters;

/// <summary>To somebody who has just got an account, with the link that proves their address.</summary>
public sealed record WelcomeLetter(string Site, string? Name, string Link) : Letter(Site, Name)
{
    public override string Subject => $"Welcome to {Site}";

    public override Type Template => typeof(Welcome);

    public override string Text => $"""
        {Greeting}

        your account at {Site} is ready.

        Please confirm that this address is yours (the link is good for 24 hours, once):
        {Link}

        If you did not make this account, somebody mistyped their address; you
        need not do anything.
        """;
}

/// <summary>The link that proves an address.</summary>
public sealed record VerificationLetter(string Site, string? Name, string Link) : Letter(Site, Name)
{
    public override string Subject => $"Confirm your e-mail address for {Site}";

    public override Type Template => typeof(Verification);

    public override string Text => $"""
        {Greeting}

        please confirm that this address belongs to your account at {Site}.
        The link is good for 24 hours, once:
        {Link}

        If you did not ask for this, you can ignore this mail.
        """;
}

/// <summary>The link that lets its holder choose a new password.</summary>
/// <param name="Hours">How long the link is good.</param>
public sealed record PasswordResetLetter(string Site, string? Name, string Link, int Hours) : Letter(Site, Name)
{
    public override string Subject => $"Reset your password for {Site}";

    public override Type Template => typeof(PasswordReset);

    /// <summary>"1 hour", "2 hours".</summary>
    public string Validity => Hours == 1 ? "1 hour" : string.Create(CultureInfo.InvariantCulture, $"{Hours} hours");

    public override string Text => $"""
        {Greeting}

        somebody, probably you, asked for a new password for your account at {Site}.
        Choose one here (the link is good for {Validity}, once):
        {Link}

        If it was not you, ignore this mail: your password stays as it is.
        Never pass this link on.
        """;
}

/// <summary>Says that the password was changed through the link.</summary>
/// <param name="AlsoVoided">The address was proved by it, and whatever was set before is void.</param>
public sealed record PasswordResetDoneLetter(string Site, string? Name, DateTimeOffset At, bool AlsoVoided = false) : Letter(Site, Name)
{
    public override string Subject => $"Your password for {Site} was changed";

    public override Type Template => typeof(PasswordResetDone);

    public string When => Moment.Of(At);

    /// <summary>What else is gone.</summary>
    public string Voided => "Your address had not been confirmed until now. What was set up before is removed:\nauthenticator, recovery codes, passkeys, telephone number.";

    public override string Text => $"""
        {Greeting}

        the password of your account at {Site} was changed on {When}.
        You have been signed out on every device.{(AlsoVoided ? "\n\n" + Voided : "")}

        If it was not you, ask for a new password at once, and look after the
        password of your mailbox: whoever changed it could read your mail.
        """;
}

/// <summary>Says that somebody signed in from a device and network not seen before.</summary>
/// <param name="Device">A browser and a system from a list, never what a client wrote.</param>
/// <param name="IpAddress">Null: not known.</param>
public sealed record NewDeviceLetter(string Site, string? Name, string Device, string? IpAddress, DateTimeOffset At) : Letter(Site, Name)
{
    public override string Subject => $"New sign-in to {Site}";

    public override Type Template => typeof(NewDevice);

    public string When => Moment.Of(At);

    public string From => IpAddress ?? "an unknown address";

    public override string Text => $"""
        {Greeting}

        somebody signed in to your account at {Site} from a device we have not
        seen before:

          when:    {When}
          device:  {Device}
          address: {From}

        If it was you, there is nothing to do. If not, change your password:
        that signs every other device out.
        """;
}

/// <summary>Times as people read them; UTC, because nobody told us the reader's zone.</summary>
internal static class Moment
{
    public static string Of(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy 'at' HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
