using System.Globalization;
using Stoa.TestSupport;

namespace Slices.Messaging.Doors;

internal enum TalkKind
{
    Direct,
    Thread,
    Group,

    /// <summary>Between the desk and an account; the first of the people is the administrator.</summary>
    Support,
}

/// <summary>A conversation as a test knows it.</summary>
/// <param name="Id">Digits.</param>
/// <param name="Alias">What the mailbox calls it; of a thread its id.</param>
/// <param name="Desk">The desk's own account, to whom a mailbox writes; 0 where it takes no part.</param>
internal sealed record Talk(TalkKind Kind, string Id, string Alias, IReadOnlyList<Person> People, long Desk = 0)
{
    /// <summary>Each message has a recipient, so mailboxes show it.</summary>
    public bool IsPair => Kind != TalkKind.Group && People.Count == 2;

    public bool IsDesk(Person person) => Kind == TalkKind.Support && person == People[0];

    public bool Has(Person person) => People.Contains(person);

    /// <summary>As which account somebody writes.</summary>
    public long AccountOf(Person person) => IsDesk(person) ? Desk : person.Id;

    /// <summary>Whom a message of one of the two is for.</summary>
    public long RecipientOf(Person writer) => AccountOf(People.Single(p => p != writer));

    /// <summary>Two people under a name of their own, opened by a first message through the mailbox.</summary>
    public static async Task<(Talk Talk, Written First)> DirectAsync(Person one, Person other, string alias, string body)
    {
        var first = (await one.PostAsync("/messages", new { recipient_id = other.Id, content = body, conversation_id = alias })).Is(201).Body;
        var id = (await one.GetAsync($"/api/conversations/{alias}")).Is(200).Body.GetProperty("data").GetProperty("id").GetString()!;
        return (new Talk(TalkKind.Direct, id, alias, [one, other]), Written.Of(first));
    }

    public static async Task<Talk> ThreadAsync(string about, params Person[] people)
    {
        var id = await ThreadTests.OpenAsync(people[0], "LISTING", about, people[1..]);
        return new Talk(TalkKind.Thread, id, id, people);
    }

    public static async Task<Talk> GroupAsync(params Person[] people)
    {
        var others = people.Skip(1).Select(static p => p.Id.ToString(CultureInfo.InvariantCulture));
        var id = (await people[0].PostAsync("/api/conversations", new { participantIds = others })).Is(200).Body.GetProperty("data").GetProperty("id").GetString()!;
        return new Talk(TalkKind.Group, id, id, people);
    }

    public static async Task<Talk> SupportAsync(Person admin, Person account)
    {
        (await admin.GetAsync($"/api/admin/conversations/{account.Id}")).Is(200);
        var inbox = (await account.GetAsync("/auth/conversations")).Is(200).Body.EnumerateArray().Single(c => c.GetProperty("conversation_id").GetString() == $"admin_{account.Id}");
        return new Talk(TalkKind.Support, "", $"admin_{account.Id}", [admin, account], inbox.GetProperty("other_user_id").GetInt64());
    }
}

/// <summary>What a door answered to a message.</summary>
internal sealed record Written(long Id, long Seq)
{
    public static Written Of(System.Text.Json.JsonElement message) => new(Numbers.Of(message.GetProperty("id")), message.GetProperty("seq").GetInt64());
}

/// <summary>A message as a door shows it. Whether it is read is known of messages between two.</summary>
internal sealed record Sight(long Id, long Seq, string Body, bool IsRead);

internal static class Numbers
{
    /// <summary>An id as a number, or as digits in a string.</summary>
    public static long Of(System.Text.Json.JsonElement id) =>
        id.ValueKind == System.Text.Json.JsonValueKind.Number ? id.GetInt64() : long.Parse(id.GetString()!, CultureInfo.InvariantCulture);
}
