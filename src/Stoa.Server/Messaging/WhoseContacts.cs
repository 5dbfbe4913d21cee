using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Whose list of contacts it is: the astrologer's whose id is asked for.</summary>
public static class WhoseContacts
{
    public static readonly Refusal NotYours = Refusal.Forbidden("communications.not_yours", "Only the astrologer may see and answer these");

    /// <summary>Null for that astrologer; everybody else gets one answer, whether there is such an astrologer or not.</summary>
    public static Refusal? WhyNot(long astrologerId, Caller caller) => caller.Type == PartyType.Astrologer && caller.UserId == astrologerId ? null : NotYours;
}
