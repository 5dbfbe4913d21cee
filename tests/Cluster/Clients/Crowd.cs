using Cluster.Processes;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Cluster.Clients;

/// <summary>Accounts with conversations to write to: one that half of them share, and one for every two of the others.</summary>
public sealed class Crowd : IDisposable
{
    private readonly List<Client> clients;
    private readonly List<(Client Client, long Conversation)> places = [];

    private Crowd(List<Client> clients) => this.clients = clients;

    public IReadOnlyList<Client> Clients => clients;

    /// <summary>The conversation that many write to at once.</summary>
    public long Hot { get; private set; }

    /// <summary>Who may write where; each account once.</summary>
    public IReadOnlyList<(Client Client, long Conversation)> Places => places;

    /// <param name="size">A multiple of four.</param>
    /// <param name="name">Of each account, followed by its number; not used before on this database.</param>
    public static async Task<Crowd> GatherAsync(ServerProcess server, ServerDatabase database, int size, string name = "person")
    {
        var crowd = new Crowd([]);
        for (var i = 0; i < size; i++)
            crowd.clients.Add(await Client.RegisterAsync(server, $"{name}-{i}"));

        var together = crowd.clients[..(size / 2)];
        crowd.Hot = await AddGroupAsync(database, together);
        crowd.places.AddRange(together.Select(c => (c, crowd.Hot)));
        foreach (var pair in crowd.clients[(size / 2)..].Chunk(2))
        {
            var conversation = await pair[0].OpenConversationAsync(pair[1]);
            crowd.places.AddRange(pair.Select(c => (c, conversation)));
        }

        return crowd;
    }

    /// <summary>A sender for every place, every second one with client ids.</summary>
    public IReadOnlyList<MessageSender> Senders(Ledger ledger, Turnstile? turnstile = null) =>
        [.. places.Select((p, i) => new MessageSender(p.Client, p.Conversation, p.Client.Name, withClientIds: i % 2 == 0, ledger, turnstile))];

    public void Dispose() => clients.ForEach(static c => c.Dispose());

    /// <summary>Straight into the record: no door opens groups yet.</summary>
    private static async Task<long> AddGroupAsync(ServerDatabase database, IEnumerable<Client> members)
    {
        await using var db = StoaDbServices.Open(database.Target);
        var now = DateTimeOffset.UtcNow;
        var all = members.ToList();
        var group = new Conversation { Kind = ConversationKind.Group, CreatedBy = all[0].Id, CreatedAt = now, UpdatedAt = now };
        group.Participants.AddRange(all.Select(m => new Participant { UserId = m.Id, JoinedAt = now }));
        db.Conversations.Add(group);
        await db.SaveChangesAsync();
        return group.Id;
    }
}
