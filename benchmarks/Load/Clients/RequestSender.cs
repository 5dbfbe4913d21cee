using System.Net;
using Stoa.Load.Measuring;

namespace Stoa.Load.Clients;

/// <summary>Repeats requests over one connection of HTTP/1.1, one after the other in turn.</summary>
/// <param name="turn">Requests with the status that each must be answered with; <see cref="MessageTemplate.Slot"/> in them becomes a number.</param>
public sealed class RequestSender(HttpConnection connection, IReadOnlyList<(byte[] Request, int Status)> turn) : Sender
{
    private readonly (MessageTemplate Template, int Status)[] turn = [.. turn.Select(static t => (new MessageTemplate(t.Request), t.Status))];
    private long count;

    public static async Task<Sender> OpenAsync(IPEndPoint server, IReadOnlyList<(byte[] Request, int Status)> turn) => new RequestSender(await HttpConnection.OpenAsync(server), turn);

    public override async ValueTask<bool> SendAsync()
    {
        var (template, status) = turn[count % turn.Length];
        return await connection.ExchangeAsync(template.With(++count)) == status;
    }

    public override void Dispose() => connection.Dispose();
}
