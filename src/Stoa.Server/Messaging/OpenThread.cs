using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>Opens a thread about something, or finds it again: one per context and set of members (S0-12, contract E.9.2).</summary>
/// <remarks>
/// The caller always takes part. Race-free by a unique key. Without participants it is the newest thread about that context that the caller
/// made, else a new one. Refusals: <c>thread.context_invalid</c>, <c>thread.context_contact</c>, <c>thread.role_invalid</c>,
/// <c>thread.too_many</c>, <c>participant.not_found</c>, <c>thread.admins_only</c> (only administrators bring in administrators), and those
/// of <see cref="WritingGate.ToOpenAsync"/>. The context is read by the others, so it is a word from a list (<c>Threads:ContextTypes</c>
/// adds to it) and an id that gives no contact away.
/// </remarks>
public sealed class OpenThread(StoaDb db, WritingGate gate, StoaSettings settings, TimeProvider clock)
{
    public const int MaxParticipants = 50;
    public const string Observer = "OBSERVER";
    private const string Admin = "ADMIN";
    private static readonly string[] ContextTypes = ["LISTING", "ORDER", "BUY_REQUEST", "AUCTION", "SUPPORT"];
    private static readonly string[] Roles = ["BUYER", "SELLER", Admin, Observer];

    public static readonly Refusal ContextInvalid = Refusal.Invalid(
        "thread.context_invalid", "context_type is LISTING, ORDER, BUY_REQUEST, AUCTION, SUPPORT or one of this server's own, and context_id has 1 to 100 visible characters");

    public static readonly Refusal ContextIsContact = Refusal.Invalid("thread.context_contact", "context_id gives contact details away");

    public static readonly Refusal RoleInvalid = Refusal.Invalid("thread.role_invalid", "A role is BUYER, SELLER, ADMIN or OBSERVER");
    public static readonly Refusal TooMany = Refusal.Invalid("thread.too_many", $"A thread has at most {MaxParticipants} participants");
    public static readonly Refusal AdminsOnly = Refusal.Forbidden("thread.admins_only", "Only administrators can add administrators");
    public static readonly Refusal ParticipantNotFound = Refusal.NotFound("participant.not_found", "A participant does not exist");

    /// <param name="Role">One of BUYER, SELLER, ADMIN, OBSERVER; null: OBSERVER.</param>
    public sealed record Member(long UserId, string? Role);

    /// <param name="ContextType">One of the known words, in any case; kept in upper case.</param>
    /// <param name="Members">The others; the caller may be among them to choose a role.</param>
    public sealed record Request(string? ContextType, string? ContextId, IReadOnlyList<Member> Members);

    /// <summary>The thread's id.</summary>
    public async Task<Outcome<long>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var type = request.ContextType?.Trim().ToUpperInvariant() ?? "";
        var about = request.ContextId?.Trim() ?? "";
        if (!IsKnown(type) || about.Length is 0 or > 100 || !about.EnumerateRunes().All(IsVisible))
            return ContextInvalid;

        var members = MembersOf(request, caller);
        if (WhyNot(members, caller) is { } refusal)
            return refusal;
        var types = await PartyTypes.OfAsync(db, members.ConvertAll(static m => m.UserId), cancellation);
        if (types.Count < members.Count)
            return ParticipantNotFound;

        var key = Conversation.ThreadKey(type, about, members.Select(static m => m.UserId));
        var known = request.Members.Count == 0 ? await NewestAsync(type, about, caller, cancellation) : await FindAsync(key, cancellation);
        if (known is { } id)
            return id;
        var asked = await gate.ToOpenAsync(ConversationKind.Thread, types, caller, cancellation);
        if (asked.Refusal is { } no)
            return no;
        if (GivesContactAway(asked.Value, about))
            return ContextIsContact;

        var thread = Conversation.Thread(caller.UserId, type, about, members, clock.GetUtcNow());
        foreach (var participant in thread.Participants)
            participant.Type = types[participant.UserId];
        return await MakeAsync(key, thread, cancellation);
    }

    private bool IsKnown(string type) => ContextTypes.Contains(type)
        || settings.Threads.ContextTypes.Contains(type, StringComparer.OrdinalIgnoreCase);

    /// <summary>Digits in an id made by a program are a number of something; anywhere else they may be one to call.</summary>
    private static bool GivesContactAway(WritingPermit permit, string about)
    {
        var isMade = about.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
        return Redaction.Find(permit, about).Any(h => !(isMade && h.Rule == ContactRule.Phone));
    }

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);

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

    /// <summary>Nobody named: the newest thread about it that the caller made, whoever takes part (contract E.9.18).</summary>
    private Task<long?> NewestAsync(string type, string about, Caller caller, CancellationToken cancellation) => db.Participants
        .Where(p => p.UserId == caller.UserId && p.LeftAt == null && p.Conversation!.Kind == ConversationKind.Thread
            && p.Conversation.CreatedBy == caller.UserId
            && p.Conversation.ContextType == type && p.Conversation.ContextId == about)
        .OrderByDescending(static p => p.ConversationId).Select(static p => (long?)p.ConversationId).FirstOrDefaultAsync(cancellation);

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
}
