using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Mail.Letters;

namespace Stoa.Server.Mail.Kinds;

/// <summary>A notification digest (S4-126); its content is <see cref="Content"/> of a <see cref="Digest"/>.</summary>
public sealed class DigestMail(StoaDb db, MailSettings settings) : AccountMail(db)
{
    public const string Kind = "digest";

    public override string Name => Kind;

    protected override Words Carries => Words.OfOthers;

    /// <exception cref="ArgumentException">A link is no http(s) address.</exception>
    public static string Content(Digest digest)
    {
        foreach (var item in digest.Items)
            WebLink.Check(item.Link);
        return JsonSerializer.Serialize(digest, LettersJson.Default.Digest);
    }

    protected override Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation) =>
        Task.FromResult<Letter?>(new DigestLetter(settings.FromName, name, QueuedContent.Read(mail, LettersJson.Default.Digest)));
}

/// <summary>A notice to many (S2-28); its content is <see cref="Content"/> of a <see cref="Campaign"/>.</summary>
public sealed class CampaignMail(StoaDb db, MailSettings settings) : AccountMail(db)
{
    public const string Kind = "campaign";

    public override string Name => Kind;

    /// <exception cref="ArgumentException">The link is no http(s) address, or the subject has a line break.</exception>
    public static string Content(Campaign campaign)
    {
        WebLink.Check(campaign.Link);
        return campaign.Subject.Any(char.IsControl)
            ? throw new ArgumentException("A subject has one line", nameof(campaign))
            : JsonSerializer.Serialize(campaign, LettersJson.Default.Campaign);
    }

    protected override Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation) =>
        Task.FromResult<Letter?>(new CampaignLetter(settings.FromName, name, QueuedContent.Read(mail, LettersJson.Default.Campaign)));
}

internal static class QueuedContent
{
    public static T Read<T>(MailMessage mail, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(mail.Content ?? "null", type) ?? throw new SendingRefusedException("The mail has no content");
        }
        catch (JsonException fault)
        {
            throw new SendingRefusedException("The mail's content cannot be read", fault);
        }
    }
}

internal static class WebLink
{
    /// <summary>Anything else behind a button (<c>javascript:</c>, <c>data:</c>) would be a trap.</summary>
    public static void Check(string? link)
    {
        if (link is not null && !(Uri.TryCreate(link, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)))
            throw new ArgumentException("A link in a mail begins with https:// or http://", nameof(link));
    }
}
