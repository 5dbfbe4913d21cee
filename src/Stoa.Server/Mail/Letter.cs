namespace Stoa.Server.Mail;

/// <summary>What a mail says: a subject, a text for people and programs that read text, and the same as a page.</summary>
/// <param name="Site">What the service calls itself.</param>
/// <param name="Name">The reader's name, already fit to be repeated; null: greeted without one.</param>
public abstract record Letter(string Site, string? Name)
{
    /// <summary>On one line.</summary>
    public abstract string Subject { get; }

    /// <summary>Plain text, written as such.</summary>
    public abstract string Text { get; }

    /// <summary>The Razor component of the page; it takes this letter as its parameter <c>Letter</c>.</summary>
    public abstract Type Template { get; }

    public string Greeting => Name is null ? "Hello," : $"Hello {Name},";
}

/// <summary>A letter with the one who gets it.</summary>
public sealed record Envelope(Mailbox To, Letter Letter);
