using MimeKit;

namespace Stoa.Server.Mail.Sending;

/// <summary>Brings mails out of the house; opened for one round of the worker, which sends one after the other.</summary>
public interface IMailSender : IAsyncDisposable
{
    /// <summary>Returns once the mail is taken over: from then on it is somebody else's to keep.</summary>
    /// <exception cref="MailRefusedException">It will be refused again: not to be repeated.</exception>
    /// <exception cref="MailDelayedException">Not now; perhaps later.</exception>
    Task SendAsync(MimeMessage message, long id, CancellationToken cancellation);
}

/// <summary>A mail that cannot be sent, however often it is tried.</summary>
public sealed class MailRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A mail that cannot be sent now.</summary>
/// <param name="isServerGone">True when the next mail would meet the same fault.</param>
public sealed class MailDelayedException(string message, bool isServerGone, Exception? inner = null) : Exception(message, inner)
{
    public bool IsServerGone { get; } = isServerGone;
}
