using Stoa.Core.Conversations;

namespace Stoa.Server.Realtime;

/// <summary>How a party's type is called on the wire (contract E.1).</summary>
public static class PartyNames
{
    public static string Of(PartyType type) => type switch
    {
        PartyType.Astrologer => "astrologer",
        PartyType.Admin => "admin",
        _ => "user",
    };
}
