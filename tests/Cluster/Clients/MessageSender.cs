namespace Cluster.Clients;

/// <summary>Sends one message after the other into a conversation and keeps what was acknowledged.</summary>
/// <param name="name">Makes its bodies and client ids unlike those of others.</param>
/// <param name="withClientIds">Whether a message whose answer was lost can be sent again without being stored twice.</param>
/// <param name="turnstile">Passed before each message; to be open when the sender is told to stop.</param>
public sealed class MessageSender(Client client, long conversation, string name, bool withClientIds, Ledger ledger, Turnstile? turnstile = null)
{
    // Each try waits for the server to be up: so many in vain mean that it ended by itself.
    private const int MaxTries = 1000;

    private readonly string path = $"/api/conversations/{conversation}/messages";

    /// <summary>Sends until the count is reached or it is told to stop; a message under way is brought to its end while the server is up.</summary>
    public async Task SendAsync(int count, CancellationToken stop)
    {
        for (var sent = 1; sent <= count && !stop.IsCancellationRequested; sent++)
        {
            var body = $"{name}-{sent}";
            if (turnstile is not null)
                await turnstile.Opened;
            try
            {
                await DeliverAsync(body, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The server is down and does not come back: nobody will know from here whether it was stored.
                ledger.AddUnanswered(body);
            }
        }
    }

    private async Task DeliverAsync(string body, CancellationToken stop)
    {
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            await client.Server.Up.WaitAsync(stop);
            try
            {
                Keep(body, await client.PostAsync(path, new { content = body, clientMessageId = withClientIds ? body : null }));
                if (tries > 1)
                    ledger.CountRetried();
                return;
            }
            catch (HttpRequestException) when (!withClientIds)
            {
                // Sent again it might be stored twice: whether it is stored is open.
                ledger.AddUnanswered(body);
                return;
            }
            catch (HttpRequestException) when (tries < MaxTries)
            {
                // With its client id it may be sent again.
            }
        }
    }

    private void Keep(string body, Reply reply)
    {
        if (reply.Status != 201)
        {
            ledger.AddRefused(reply);
            return;
        }

        var data = reply.Is(201).GetProperty("data");
        ledger.Add(new Acknowledged(conversation, data.GetProperty("seq").GetInt64(), Reply.IdIn(data.GetProperty("id")), body, withClientIds ? body : null));
    }
}
