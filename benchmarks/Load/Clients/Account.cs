using System.Globalization;
using System.Net;

namespace Stoa.Load.Clients;

/// <summary>A registered account with its access token.</summary>
public sealed class Account
{
    private const string Password = "correct-horse";

    private long sent;

    public required long Id { get; init; }

    public required string Token { get; init; }

    /// <summary>Where it sends to.</summary>
    public long ConversationId { get; set; }

    /// <summary>A number that this account has not used in a client message id.</summary>
    public long NextMessage() => ++sent;

    /// <summary>Registers accounts one after the other, over one connection: a burst would meet the bounded pool for password hashes.</summary>
    public static async Task<List<Account>> RegisterAsync(IPEndPoint server, int count)
    {
        using var http = await HttpConnection.OpenAsync(server);
        var accounts = new List<Account>(count);
        for (var i = 0; i < count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"load-{i}");
            var answer = await http.CallAsync(
                "POST", "/auth/register", null, $$"""{"username":"{{name}}","email":"{{name}}@example.org","password":"{{Password}}"}""");
            accounts.Add(new Account { Id = answer.GetProperty("id").GetInt64(), Token = answer.GetProperty("access_token").GetString()! });
        }

        return accounts;
    }

    /// <summary>The request that signs in the nth registered account, and what it must be answered with.</summary>
    public static (byte[] Request, int Status) LogIn(int n) => (
        HttpConnection.Request("POST", "/auth/login", null, string.Create(CultureInfo.InvariantCulture, $$"""{"username":"load-{{n}}","password":"{{Password}}"}""")), 200);

    /// <summary>Writes the first message to somebody; returns the conversation of the two.</summary>
    public async Task<long> OpenConversationAsync(HttpConnection http, Account other)
    {
        await http.CallAsync("POST", "/messages", Token, $$"""{"recipient_id":{{other.Id}},"content":"hello"}""");
        var list = await http.CallAsync("GET", "/api/conversations?limit=1", Token, null);
        return long.Parse(list.GetProperty("data").GetProperty("conversations")[0].GetProperty("id").GetString()!, CultureInfo.InvariantCulture);
    }
}
