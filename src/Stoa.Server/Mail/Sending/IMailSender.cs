using MimeKit;
using Stoa.Server.Jobs;

namespace Stoa.Server.Mail.Sending;

/// <summary>Brings mails out of the house; opened for one round of the worker, which sends one after the other.</summary>
public interface IMailSender : IAsyncDisposable
{
    /// <summary>Returns once the mail is taken over: from then on it is somebody else's to keep.</summary>
    /// <exception cref="SendingRefusedException">It will be refused again: not to be repeated.</exception>
    /// <exception cref="SendingDelayedException">Not now; perhaps later.</exception>
    Task SendAsync(MimeMessage message, long id, CancellationToken cancellation);
}
