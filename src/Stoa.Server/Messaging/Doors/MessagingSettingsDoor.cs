using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S0's settings of messaging, for administrators.</summary>
public static class MessagingSettingsDoor
{
    public static void MapMessagingSettings(this IEndpointRouteBuilder routes)
    {
        var settings = routes.MapGroup("/api/admin/messaging/settings").RequireAuthorization(Policies.Admin).WithTags("Messaging settings");
        settings.MapGet("", Read).WithSummary("The settings in force").ReadsNobody("settings");
        settings.MapPut("", Change).WithSummary("Replace the settings; what is left out or null has its configured value again. In force everywhere within five seconds")
            .Example("""{"redaction":{"thread":["user","astrologer"],"direct":[]},"allowed_hosts":["shop.example.org"],"keep_originals_days":30,"messages_per_minute":10,"version":3}""")
            .Refuses(ChangeMessagingSettings.Invalid, ChangeMessagingSettings.Changed);
    }

    private static async Task<Ok<MessagingSettingsView>> Read(PolicyInForce policy, CancellationToken cancellation) =>
        TypedResults.Ok(MessagingSettingsView.Of(await policy.FindAsync(cancellation)));

    private static async Task<Results<Ok<MessagingSettingsView>, ProblemHttpResult>> Change(
        PutMessagingSettings body, ChangeMessagingSettings change, Caller admin, CancellationToken cancellation) =>
        (await change.Handle(new(new(body.Redaction, body.AllowedHosts, body.KeepOriginalsDays, body.MessagesPerMinute, body.TextFiles),
            body.Version), admin, cancellation))
            .ToOk(MessagingSettingsView.Of);
}

/// <summary>See <see cref="MessagingChanges"/>.</summary>
/// <param name="Version">The one that was read; another in force is refused. Null: replace whatever is there.</param>
public sealed record PutMessagingSettings(
    Dictionary<string, IReadOnlyList<string>>? Redaction, List<string>? AllowedHosts, double? KeepOriginalsDays, int? MessagesPerMinute,
        bool? TextFiles, int? Version);

/// <summary>The values in force. Can be sent back as it is.</summary>
/// <param name="TextFiles">Left out while text files are not looked through.</param>
/// <param name="UpdatedBy">Who changed them last; null: they are as configured.</param>
public sealed record MessagingSettingsView(
    Dictionary<string, List<string>> Redaction, IReadOnlyList<string> AllowedHosts, double KeepOriginalsDays, int MessagesPerMinute,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool TextFiles,
    int Version, DateTimeOffset? UpdatedAt, StringId? UpdatedBy)
{
    public static MessagingSettingsView Of(MessagingPolicy policy) => new(
        policy.Redaction.ToDictionary(static r => ChangeMessagingSettings.Word(r.Key.ToString()), static r => r.Value.Select(static p => ChangeMessagingSettings.Word(p.ToString())).ToList()),
        policy.AllowedHosts, policy.KeepOriginals.TotalDays, policy.MessagesPerMinute, policy.ReadsTextFiles, policy.Version,
            policy.UpdatedAt, policy.UpdatedBy is { } id ? new StringId(id) : null);
}

[JsonSerializable(typeof(PutMessagingSettings))]
[JsonSerializable(typeof(MessagingSettingsView))]
public sealed partial class MessagingSettingsJson : JsonSerializerContext;
