using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Text;

namespace Stoa.Core.Data;

/// <summary>Accounts whose names, or whose addresses, are the same to whoever reads them.</summary>
/// <param name="Field"><c>username</c> or <c>email</c>.</param>
/// <param name="Accounts">At least two; the oldest first.</param>
public sealed record Twins(string Field, IReadOnlyList<long> Accounts)
{
    public override string ToString() => $"{Field} of accounts {string.Join(", ", Accounts)}";
}

/// <summary>Finds accounts from before <see cref="ComparedText"/> that it would not have let come into being beside each other (RFC 8265, RFC 5891).</summary>
/// <remarks>
/// They are never merged: each signs in by its own spelling. Somebody should talk to their owners and rename one. Cost: one pass over the accounts in the database,
/// of which only those with letters beyond ASCII come here.
/// </remarks>
public static class FindTwins
{
    /// <summary>So many are looked at; an operator who has more has a script.</summary>
    private const int Most = 10_000;
    private const int BatchSize = 500;

    public static async Task<IReadOnlyList<Twins>> ReadAsync(StoaDb db, CancellationToken cancellation)
    {
        var suspects = await db.BeyondAscii().AsNoTracking().OrderBy(u => u.Id).Take(Most)
            .Select(u => new Suspect(u.Id, u.UsernameKey, u.EmailKey)).ToListAsync(cancellation);
        return
        [
            .. await GroupAsync("username", suspects, static s => s.Username, keys => db.Users.Where(u => keys.Contains(u.UsernameKey)).Select(u => new Known(u.Id, u.UsernameKey)), cancellation),
            .. await GroupAsync("email", suspects, static s => s.Email, keys => db.Users.Where(u => keys.Contains(u.EmailKey)).Select(u => new Known(u.Id, u.EmailKey)), cancellation),
        ];
    }

    private static async Task<List<Twins>> GroupAsync(
        string field, List<Suspect> suspects, Func<Suspect, string> of, Func<List<string>, IQueryable<Known>> named, CancellationToken cancellation)
    {
        // What the stored key would be today; who has that key already is a twin, and so are two that would get the same.
        var today = suspects.Where(s => !Ascii.IsValid(of(s))).Select(s => new Known(s.Id, ComparedText.KeyOf(of(s)))).ToList();
        var all = new List<Known>(today);
        foreach (var some in today.Select(static k => k.Key).Distinct(StringComparer.Ordinal).Chunk(BatchSize))
            all.AddRange(await named([.. some]).ToListAsync(cancellation));
        return [.. all.GroupBy(static k => k.Key, static k => k.Id, StringComparer.Ordinal)
            .Select(g => new Twins(field, [.. g.Distinct().Order()])).Where(static t => t.Accounts.Count > 1)];
    }

    private sealed record Suspect(long Id, string Username, string Email);

    private sealed record Known(long Id, string Key);
}
