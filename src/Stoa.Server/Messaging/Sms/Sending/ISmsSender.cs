using Stoa.Server.Jobs;

namespace Stoa.Server.Messaging.Sms.Sending;

/// <summary>One SMS.</summary>
/// <param name="From">Our number in E.164, or a short code.</param>
/// <param name="To">In E.164.</param>
public sealed record OutgoingSms(string From, string To, string Text);

/// <summary>Brings SMS out of the house. May be called from several threads.</summary>
public interface ISmsSender
{
    /// <summary>Returns once the SMS is taken over, with the carrier's id for it if it gives one.</summary>
    /// <param name="id">Ours: the same when an SMS is repeated.</param>
    /// <exception cref="SendingRefusedException">It will be refused again: not to be repeated. The message names neither text nor number.</exception>
    /// <exception cref="SendingDelayedException">Not now; perhaps later. The next one would meet the same fault.</exception>
    Task<string?> SendAsync(OutgoingSms sms, long id, CancellationToken cancellation);
}
