using Stoa.Core.Conversations;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Leave to make others read something. Whatever does that takes one, and only <see cref="WritingGate"/> gives them.</summary>
public sealed class WritingPermit
{
    private WritingPermit(Caller writer, ConversationKind kind, MessagingPolicy policy) => (Writer, Kind, Policy) = (writer, kind, policy);

    public Caller Writer { get; }

    /// <summary>Of the conversation in which it is read.</summary>
    public ConversationKind Kind { get; }

    /// <summary>In force when the leave was given; read once for each act.</summary>
    public MessagingPolicy Policy { get; }

    /// <summary>Whether contact details are taken out of what is shown.</summary>
    public bool Redacts => Policy.Redacts(Kind, Writer.Type);

    /// <summary>Gives permits; the gate is the only one.</summary>
    public abstract class Issuer
    {
        private protected static WritingPermit Issue(Caller writer, ConversationKind kind, MessagingPolicy policy) =>
            new(writer, kind, policy);
    }
}
