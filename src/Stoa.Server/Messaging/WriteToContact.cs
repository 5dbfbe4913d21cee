using System.Globalization;
using Stoa.Core;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>An astrologer writes to an account or to the support desk; answers with the conversation's id.</summary>
/// <remarks>Refusals: <c>communications.not_yours</c>, and those of <see cref="SendDirectMessage"/> or, to the desk, <see cref="OpenSupportInbox"/> and <see cref="SendMessage"/>.</remarks>
public sealed class WriteToContact(OpenSupportInbox inbox, SendMessage send, SendDirectMessage direct)
{
    private const string Desk = "admin";

    /// <param name="ContactId">Digits of an account's id, or <c>admin</c>.</param>
    public sealed record Request(long AstrologerId, string ContactId, SendMessage.Content Content);

    public async Task<Outcome<long>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        if (WhoseContacts.WhyNot(request.AstrologerId, caller) is { } refusal)
            return refusal;
        if (request.ContactId == Desk)
            return await ToDeskAsync(request.Content, caller, cancellation);
        return long.TryParse(request.ContactId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (await direct.Handle(new(id, null, request.Content), caller, cancellation)).Then(static s => s.Appended.Message.ConversationId)
            : SendDirectMessage.RecipientNotFound;
    }

    private async Task<Outcome<long>> ToDeskAsync(SendMessage.Content content, Caller caller, CancellationToken cancellation)
    {
        var opened = await inbox.Handle(caller.UserId, cancellation);
        return opened.Refusal is not null ? opened : (await send.Handle(opened.Value, content, caller, cancellation)).Then(static s => s.Message.ConversationId);
    }
}
