using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;

namespace Stoa.Server.Hosting;

/// <summary>Who is asking: a live session of an active account. Every operation that acts for somebody takes one.</summary>
/// <param name="Name">What others read beside a message: the full name, else the user name.</param>
/// <param name="Type">In which capacity the account writes (contract E.1).</param>
public sealed record Caller(long UserId, long SessionId, string Username, string Name, bool IsSuperuser, PartyType Type)
    : IEndpointParameterMetadataProvider
{
    /// <summary>May administer: a superuser, or role admin or super_admin (contract E.1).</summary>
    public bool IsAdmin { get; init; } = IsSuperuser;

    /// <summary>May judge reports: an administrator, or role moderator.</summary>
    public bool IsModerator { get; init; } = IsSuperuser;

    /// <summary>The account has powers that wait for a second step, and no second step: it is an ordinary one for now.</summary>
    public bool NeedsSecondStep { get; init; }

    /// <summary>True for the shared support desk, which came in by its key: it may answer for the desk and nothing else.</summary>
    public bool IsSupportDesk { get; init; }

    /// <summary>May not send messages until then; null: may.</summary>
    public DateTimeOffset? MessagingBannedUntil { get; init; }

    /// <summary>Null when the account has given none.</summary>
    public string? FullName { get; init; }

    /// <summary>The administrator who acts, when <see cref="UserId"/> is the support desk; null: the account itself.</summary>
    public long? AuthorId { get; init; }

    /// <summary>The account's <see cref="User.CredentialsVersion"/> that the session was opened under.</summary>
    public long CredentialsVersion { get; init; }

    /// <summary>The account's <see cref="User.RightsVersion"/> that the rights here were read with: what lasts asks again when it has moved.</summary>
    public long RightsVersion { get; init; }

    /// <summary>When the session ends by time, unless it is refreshed before.</summary>
    public DateTimeOffset SessionEndsAt { get; init; }

    /// <summary>Lets a route take a Caller; routes that do are behind authorization, so it is there.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.Get<Caller>());

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        // Nothing of a Caller comes from the request's own parameters.
    }
}
