using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Opens a thread about something, or finds it again: one per context and set of members (S0-12, contract E.9.2).</summary>
/// <remarks>
/// The caller always takes part. Race-free by a unique key. Without participants it is the caller's own thread about that context.
/// Refusals: <c>thread.context_invalid</c>, <c>thread.role_invalid</c>, <c>thread.too_many</c>, <c>participant.not_found</c>,
/// <c>thread.admins_only</c> (only administrators bring in administrators).
/// </remarks>
public sealed partial class OpenThread(StoaDb db, TimeProvider clock)
{
    public const int MaxParticipants = 50;
    public const string Observer = "OBSERVER";
    private const string Admin = "ADMIN";
    private static readonly string[] Roles = ["BUYER", "SELLER", Admin, Observer];

    public static readonly Refusal ContextInvalid = Refusal.Invalid(
        "thread.context_invalid", "context_type is a word such as LISTING or ORDER, and context_id has 1 to 100 characters");

    public static readonly Refusal RoleInvalid = Refusal.Invalid("thread.role_invalid", "A role is BUYER, SELLER, ADMIN or OBSERVER");
    public static readonly Refusal TooMany = Refusal.Invalid("thread.too_many", $"A thread has at most {MaxParticipants} participants");
    public static readonly Refusal AdminsOnly = Refusal.Forbidden("thread.admins_only", "Only administrators can add administrators");
    public static readonly Refusal ParticipantNotFound = Refusal.NotFound("participant.not_found", "A participant does not exist");

    /// <param name="Role">One of BUYER, SELLER, ADMIN, OBSERVER; null: OBSERVER.</param>
    public sealed record Member(long UserId, string? Role);

    /// <param name="ContextType">Any word; kept in upper case, at most 50 characters.</param>
    /// <param name="Members">The others; the caller may be among them to choose a role.</param>
    public sealed record Request(string? ContextType, string? ContextId, IReadOnlyList<Member> Members);

    /// <summary>The thread's id.</summary>
    public async Task<Outcome<long>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var type = request.ContextType?.Trim().ToUpperInvariant() ?? "";
        var about = request.ContextId?.Trim() ?? "";
        if (!ContextType().IsMatch(type) || about.Length is 0 or > 100)
            return ContextInvalid;

        var members = MembersOf(request, caller);
        if (WhyNot(members, caller) is { } refusal)
            return refusal;
        var types = await PartyTypes.OfAsync(db, members.ConvertAll(static m => m.UserId), cancellation);
        if (types.Count < members.Count)
            return ParticipantNotFound;

        var key = Conversation.ThreadKey(type, about, members.Select(static m => m.UserId));
        if (await FindAsync(key, cancellation) is { } known)
            return known;
        var thread = Conversation.Thread(caller.UserId, type, about, members, clock.GetUtcNow());
        foreach (var participant in thread.Participants)
            participant.Type = types[participant.UserId];
        return await MakeAsync(key, thread, cancellation);
    }

    private static List<(long UserId, string Role)> MembersOf(Request request, Caller caller)
    {
        var members = request.Members.GroupBy(static m => m.UserId)
            .Select(static g => (g.Key, Role: g.Select(static m => m.Role).FirstOrDefault(static r => !string.IsNullOrWhiteSpace(r))?.Trim().ToUpperInvariant() ?? Observer))
            .ToList();
        if (members.All(m => m.Key != caller.UserId))
            members.Insert(0, (caller.UserId, Observer));
        return members;
    }

    private static Refusal? WhyNot(List<(long UserId, string Role)> members, Caller caller)
    {
        if (members.Count > MaxParticipants)
            return TooMany;
        if (members.Exists(static m => !Roles.Contains(m.Role)))
            return RoleInvalid;
        return caller.Type != PartyType.Admin && members.Exists(static m => m.Role == Admin) ? AdminsOnly : null;
    }

    private Task<long?> FindAsync(string key, CancellationToken cancellation) =>
        db.Conversations.Where(c => c.UniqueKey == key).Select(c => (long?)c.Id).SingleOrDefaultAsync(cancellation);

    private async Task<long> MakeAsync(string key, Conversation thread, CancellationToken cancellation)
    {
        db.Conversations.Add(thread);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return thread.Id;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return (await FindAsync(key, cancellation))!.Value;
        }
    }

    [GeneratedRegex("^[A-Z][A-Z0-9_]{0,49}$", RegexOptions.NonBacktracking)]
    private static partial Regex ContextType();
}
