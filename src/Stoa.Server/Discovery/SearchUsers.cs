using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Discovery;

/// <summary>Finds active accounts by the beginning of their user name.</summary>
/// <remarks>
/// Reads a range of the unique index on names; neither addresses nor numbers can be searched or are shown. What others do not see on a
/// profile page (<see cref="UserStanding"/>) is not found here either.
/// </remarks>
public sealed class SearchUsers(StoaDb db, TimeProvider clock)
{
    public const int MaxQueryLength = 100;
    public const int DefaultLimit = 20;
    public const int MaxLimit = 50;
    private const int MaxSkip = 10_000;

    // Sorts after every other, so that what begins alike is a range of the index: LIKE would read all names.
    private const string LastCharacter = "\U0010FFFF";

    public static readonly Refusal BadQuery = Refusal.Invalid("search.query_invalid", $"query has 1 to {MaxQueryLength} characters");

    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    /// <param name="Skip">0 to 10,000; out of range is clamped.</param>
    public sealed record Request(string? Query, int? Limit, int? Skip);

    public sealed record Found(long Id, string Username, string? FullName);

    public sealed record Response(string Query, IReadOnlyList<Found> Users, int Total, int Skip, int Limit);

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        var start = User.KeyOf(request.Query ?? "");
        if (start.Length is 0 or > MaxQueryLength || start.Contains('\0', StringComparison.Ordinal))
            return BadQuery;

        var limit = Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit);
        var skip = Math.Clamp(request.Skip ?? 0, 0, MaxSkip);
        var end = start + LastCharacter;
        var matches = db.Users.AsNoTracking()
            .Where(u => string.Compare(u.UsernameKey, start) >= 0 && string.Compare(u.UsernameKey, end) < 0)
            .Where(UserStanding.IsShown(clock.GetUtcNow()));
        var total = await matches.CountAsync(cancellation);
        var users = await matches.OrderBy(u => u.UsernameKey).Skip(skip).Take(limit)
            .Select(u => new Found(u.Id, u.Username,
                User.ShownFullName(u.FullName, u.Profile != null && u.Profile.IsPrivate))).ToListAsync(cancellation);
        return new Response(request.Query!.Trim(), users, total, skip, limit);
    }
}
