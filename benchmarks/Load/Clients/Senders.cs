using System.Net;
using Stoa.Load.Measuring;

namespace Stoa.Load.Clients;

/// <summary>Sends through <c>POST /api/conversations/{id}/messages</c>.</summary>
public sealed class HttpSender(HttpConnection connection, Account account) : Sender
{
    private readonly MessageTemplate template = new(HttpConnection.Request(
        "POST", $"/api/conversations/{account.ConversationId}/messages", account.Token,
        $$"""{"content":"{{MessageTemplate.Body}}","clientMessageId":"h{{MessageTemplate.Slot}}"}"""));

    public static async Task<Sender> OpenAsync(IPEndPoint server, Account account) => new HttpSender(await HttpConnection.OpenAsync(server), account);

    public override async ValueTask<bool> SendAsync() => await connection.ExchangeAsync(template.With(account.NextMessage())) == 201;

    public override void Dispose() => connection.Dispose();
}

/// <summary>Sends through <c>dm:send_message</c>, as a member of the conversation's room: it also receives what the others send.</summary>
public sealed class SocketSender(SocketIOConnection connection, Account account) : Sender
{
    private readonly MessageTemplate template = new(SocketIOConnection.Packet(
        $$"""42{{MessageTemplate.Slot}}["dm:send_message",{"conversationId":"{{account.ConversationId}}","content":"{{MessageTemplate.Body}}","clientMessageId":"s{{MessageTemplate.Slot}}"}]"""));

    public static async Task<Sender> OpenAsync(IPEndPoint server, Account account)
    {
        var connection = await SocketIOConnection.OpenAsync(server, account.Token);
        if (!await connection.CallAsync(SocketIOConnection.Packet($$"""421["dm:join_conversation",{"conversationId":"{{account.ConversationId}}"}]"""), 1))
            throw new InvalidOperationException("dm:join_conversation was refused.");
        return new SocketSender(connection, account);
    }

    public override long Events => connection.Events;

    public override async ValueTask<bool> SendAsync()
    {
        var number = account.NextMessage();
        return await connection.CallAsync(template.With(number), MessageTemplate.Numbered(number));
    }

    public override void Dispose() => connection.Dispose();
}
