using System.Text;
using System.Text.Json.Serialization;
using Stoa.Server.Mail.Templates;

namespace Stoa.Server.Mail.Letters;

/// <summary>What happened in a while.</summary>
/// <param name="Period">As in "your week": <c>day</c>, <c>week</c>.</param>
/// <param name="Total">How many there were; at least as many as <paramref name="Items"/>.</param>
public sealed record Digest(string Period, int Total, IReadOnlyList<DigestItem> Items);

/// <param name="Link">An http(s) address; null: none.</param>
public sealed record DigestItem(string Title, string? Text, string? Link, DateTimeOffset At);

/// <summary>The frame of a notification digest; who gathers the items is the notifications' affair.</summary>
public sealed record DigestLetter(string Site, string? Name, Digest Digest) : Letter(Site, Name)
{
    public override string Subject => $"Your {Digest.Period} at {Site}: {Count}";

    public override Type Template => typeof(NotificationDigest);

    public string Count => Digest.Total == 1 ? "1 notification" : $"{Digest.Total} notifications";

    public int More => Digest.Total - Digest.Items.Count;

    public override string Text
    {
        get
        {
            var text = new StringBuilder($"{Greeting}\n\n{Count} since last {Digest.Period}:\n");
            foreach (var item in Digest.Items)
            {
                text.Append($"\n* {item.Title} ({Moment.Of(item.At)})\n");
                if (item.Text is not null)
                    text.Append($"  {item.Text}\n");
                if (item.Link is not null)
                    text.Append($"  {item.Link}\n");
            }

            if (More > 0)
                text.Append($"\n… and {More} more.\n");
            return text.ToString();
        }
    }
}

/// <summary>A notice to many: a new campaign, an event.</summary>
/// <param name="Link">An http(s) address; null: no button.</param>
public sealed record Campaign(string Subject, string Heading, IReadOnlyList<string> Paragraphs, string? LinkText, string? Link);

/// <summary>A notice to one of many, under their own name.</summary>
public sealed record CampaignLetter(string Site, string? Name, Campaign Campaign) : Letter(Site, Name)
{
    public override string Subject => Campaign.Subject;

    public override Type Template => typeof(CampaignNotice);

    public override string Text
    {
        get
        {
            var text = new StringBuilder($"{Greeting}\n\n{Campaign.Heading}\n");
            foreach (var paragraph in Campaign.Paragraphs)
                text.Append($"\n{paragraph}\n");
            if (Campaign.Link is not null)
                text.Append($"\n{Campaign.LinkText ?? "Read more"}:\n{Campaign.Link}\n");
            return text.ToString();
        }
    }
}

/// <summary>How a digest and a campaign stand in the queue.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Digest))]
[JsonSerializable(typeof(Campaign))]
internal sealed partial class LettersJson : JsonSerializerContext;
