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
    /// <exception cref="SmsRefusedException">It will be refused again: not to be repeated.</exception>
    /// <exception cref="SmsDelayedException">Not now; perhaps later.</exception>
    Task<string?> SendAsync(OutgoingSms sms, long id, CancellationToken cancellation);
}

/// <summary>An SMS that cannot be sent, however often it is tried. The message names neither text nor number.</summary>
public sealed class SmsRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>An SMS that cannot be sent now. The next one would meet the same fault.</summary>
public sealed class SmsDelayedException(string message, Exception? inner = null) : Exception(message, inner);
